"""How long a run is, as far as its config tells."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitdet.config_checks.libraries import class_name
from digitdet.config_checks.numbers import section
from digitdet.config_checks.parts import Part

SIZE_ARGUMENTS = {"SyntheticDigits": "num_scenes", "ConcatDataset": "num_samples"}


@dataclass(frozen=True)
class RunLength:
    """How long a run is.

    Attributes:
        epochs: None where the run is not by epoch, or it is not known.
        steps: Of all epochs, on one device; None where it is not known.
        validations: Epochs, from 1, after which is validated; None where that is not known.
    """

    epochs: int | None
    steps: int | None
    validations: tuple[int, ...] | None


def run_length(
    config: Mapping[str, Any], parts: Sequence[Part], of_epoch: int | None = None
) -> RunLength:
    """Return how long a run is.

    Args:
        config: The merged config.
        parts: What is built of it.
        of_epoch: Steps of an epoch, where they are known otherwise.
    """
    loop = section(config, "train_cfg")
    if not loop.get("by_epoch", True) or "max_iters" in loop:
        return RunLength(None, _count(loop.get("max_iters")), None)
    epochs = _count(loop.get("max_epochs"))
    of_epoch = of_epoch or _steps_of_epoch(section(config, "train_dataloader"), parts)
    if epochs is None:
        return RunLength(None, None, None)
    return RunLength(epochs, of_epoch and epochs * of_epoch, _validations(loop, epochs))


def _count(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None


def _steps_of_epoch(loader: Mapping[str, Any], parts: Sequence[Part]) -> int | None:
    """Return the steps of an epoch, where the data set states its size in the config."""
    size = None
    for part in parts:
        name = class_name(part)
        if part.key == "train_dataloader.dataset" and name in SIZE_ARGUMENTS:
            size = _count(part.config.get(SIZE_ARGUMENTS[name]))
            size = None if part.config.get("indices") is not None else size
    batch_size = _count(loader.get("batch_size"))
    if size is None or batch_size is None or loader.get("batch_sampler"):
        return None
    return size // batch_size if loader.get("drop_last") else math.ceil(size / batch_size)


def _validations(loop: Mapping[str, Any], epochs: int) -> tuple[int, ...] | None:
    """Return the epochs of validation by mmengine's rule: each interval, and the last one."""
    begin, interval = loop.get("val_begin", 1), _count(loop.get("val_interval", 1))
    if type(begin) is not int or interval is None or loop.get("dynamic_intervals"):
        return None
    due = range(max(1, begin), epochs + 1)
    return tuple(epoch for epoch in due if epoch % interval == 0 or epoch == epochs)
