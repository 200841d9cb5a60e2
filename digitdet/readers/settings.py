"""Checks of a reader's arguments."""

import math
from collections.abc import Sequence


def check_share(value: float, name: str) -> float:
    """Return a number of 0 to 1, or raise a ValueError that names the argument."""
    if not _is_number(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} is 0 to 1, got {value!r}")
    return float(value)


def check_more_than(value: float, lowest: float, name: str) -> float:
    """Return a finite number that is more than ``lowest``, or raise a ValueError."""
    if not _is_number(value) or not lowest < value < math.inf:
        raise ValueError(f"{name} is a number of more than {lowest}, got {value!r}")
    return float(value)


def check_count(value: int | None, name: str) -> int | None:
    """Return None or an integer of 1 or more, or raise a ValueError."""
    if value is not None and (type(value) is not int or value < 1):
        raise ValueError(f"{name} is an integer of 1 or more, or None, got {value!r}")
    return value


def check_flag(value: bool, name: str) -> bool:
    """Return True or False, or raise a ValueError that names the argument."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} is True or False, got {value!r}")
    return value


def check_thresholds(first: float, fallbacks: Sequence[float]) -> tuple[float, ...]:
    """Return a score threshold and the fallbacks below it, or raise a ValueError.

    Args:
        first: 0 to 1.
        fallbacks: 0 to 1, each lower than the one before; may be empty.

    Returns:
        ``first`` and those below it, the highest first: whoever lowers ``first`` alone need not
        shorten the list, whose other thresholds would find nothing more.

    Raises:
        ValueError: If one is out of its range or out of order.
    """
    if isinstance(fallbacks, str) or not isinstance(fallbacks, Sequence):
        raise ValueError(f"fallback_thresholds is a list of scores, got {fallbacks!r}")
    checked: list[float] = []
    for position, value in enumerate(fallbacks):
        name = f"fallback_thresholds[{position}]"
        checked.append(check_share(value, name))
        if position and checked[-1] >= checked[-2]:
            raise ValueError(
                f"{name} has to be lower than the one before it, {checked[-2]}, got {value!r}"
            )
    highest = check_share(first, "score_threshold")
    return highest, *(value for value in checked if value < highest)


def _is_number(value: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
