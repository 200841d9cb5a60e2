"""Keeps what a check does from the run that follows."""

import copy
import random
from contextlib import suppress
from typing import Any

import numpy as np
import torch

# What a data set changes while it is read: the transforms' own state, and the epoch's draws.
CHANGING = ("pipeline", "transforms", "transform", "draw")
GENERATORS = (random.Random, np.random.Generator, np.random.RandomState, torch.Generator)


def isolate(dataset: Any) -> Any:
    """Return a copy of a data set that can be read, and set to an epoch, without a trace.

    It shares with the data set what is large and only read, the pictures and their cache.

    Args:
        dataset: Any data set, or a wrapper of such in ``dataset`` or ``datasets``.
    """
    try:
        twin = copy.copy(dataset)
    except Exception:  # of a user's class; it is read itself then, in the epoch that it has
        return dataset
    for name, value in list(getattr(dataset, "__dict__", {}).items()):
        if name in CHANGING or isinstance(value, GENERATORS):
            with suppress(Exception):  # what can't be copied is shared
                twin.__dict__[name] = copy.deepcopy(value)
        elif name == "dataset":
            twin.__dict__[name] = isolate(value)
        elif name == "datasets":
            twin.__dict__[name] = [isolate(part) for part in value]
    return twin


def isolate_metric(metric: Any) -> Any:
    """Return a copy of a metric without results."""
    try:
        twin = copy.deepcopy(metric)
    except Exception:  # one that holds a module, for example, which nothing copies
        twin = copy.copy(metric)
    twin.results = []
    return twin
