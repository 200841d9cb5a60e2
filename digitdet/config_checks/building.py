"""Builds parts on trial, and leaves no trace of it."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer

from digitdet.determinism import restored_randomness

# mmengine's classes of which it keeps each instance; the newest counts as the current one.
KEEPERS: tuple[Any, ...] = (DefaultScope, MessageHub, MMLogger, Visualizer)
LOGGER = "config_checks"


@contextmanager
def left_alone() -> Iterator[None]:
    """Restore after a block what building may change: random states and mmengine's instances.

    Warnings and log messages of the block are dropped: the run builds the same again, and tells.
    """
    kept = [dict(kind._instance_dict) for kind in KEEPERS]
    try:
        MMLogger.get_instance(LOGGER, logger_name=LOGGER, log_level=logging.CRITICAL)
        with restored_randomness(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for kind, instances in zip(KEEPERS, kept, strict=True):
            kind._instance_dict.clear()
            kind._instance_dict.update(instances)
