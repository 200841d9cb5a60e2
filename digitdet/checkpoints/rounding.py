"""Rounds weights to half their size."""

from collections.abc import Mapping

import torch
from torch import Tensor

ROUNDED_TO = "float16"


def round_weights(state: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """Return weights in which floating-point numbers of more than 16 bits have 16.

    A model that loads them computes as before, in the kind of numbers that its own parameters have.

    Args:
        state: Name -> tensor; those of whole numbers stay as they are.
        source: Where they come from, for errors.

    Raises:
        ValueError: If a value lies beyond what float16 can hold, 65,504; the message names it.
    """
    return {name: _round(value, f"{source}: {name}") for name, value in state.items()}


def _round(value: Tensor, place: str) -> Tensor:
    if not value.is_floating_point() or value.element_size() <= 2:
        return value
    rounded = value.half()
    lost = rounded.isinf() & ~value.isinf()
    if lost.any():
        worst = float(value[lost].abs().max())
        most = torch.finfo(torch.float16).max
        raise ValueError(
            f"{place}: holds {worst:g}, but {ROUNDED_TO} ends at {most:g}; publish it without "
            "--half, in its full size"
        )
    return rounded
