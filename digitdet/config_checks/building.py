"""Builds parts on trial, and leaves no trace of it."""

import logging
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer

# mmengine's classes of which it keeps each instance; the newest counts as the current one.
KEEPERS: tuple[Any, ...] = (DefaultScope, MessageHub, MMLogger, Visualizer)
LOGGER = "config_checks"


@contextmanager
def left_alone() -> Iterator[None]:
    """Restore after a block what building may change: random states and mmengine's instances.

    Warnings and log messages of the block are dropped: the run builds the same again, and tells.
    """
    kept = [dict(kind._instance_dict) for kind in KEEPERS]
    python, numpy = random.getstate(), np.random.get_state()
    generator = torch.default_generator.get_state()
    try:
        MMLogger.get_instance(LOGGER, logger_name=LOGGER, log_level=logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.default_generator.set_state(generator)
        for kind, instances in zip(KEEPERS, kept, strict=True):
            kind._instance_dict.clear()
            kind._instance_dict.update(instances)
