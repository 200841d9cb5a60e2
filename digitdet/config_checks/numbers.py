"""Ranges that the numbers of a config have to lie in."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard


@dataclass(frozen=True)
class Range:
    """A range, and how to say it.

    Attributes:
        words: What to write: ``"a number above 0"``.
        low: Lower bound.
        high: Upper bound.
        has_low: Whether the lower bound belongs to it.
        has_high: Whether the upper bound does.
        also: Numbers that are allowed besides.
    """

    words: str
    low: float = -math.inf
    high: float = math.inf
    has_low: bool = True
    has_high: bool = True
    also: tuple[float, ...] = ()

    def holds(self, value: float) -> bool:
        """Whether a number lies in it; infinite ones and NaN never do."""
        if value in self.also:
            return True
        above = self.low <= value if self.has_low else self.low < value
        below = value <= self.high if self.has_high else value < self.high
        return math.isfinite(value) and above and below


def at_least(low: int) -> Range:
    """Return the range of the whole numbers from one on."""
    return Range(f"a whole number of at least {low}", low)


COUNT = at_least(1)
COUNT_OR_NONE = at_least(0)
POSITIVE = Range("a number above 0", 0, has_low=False)
NOT_NEGATIVE = Range("a number of 0 or more", 0)
SHARE = Range("a number from 0 to 1", 0, 1)
MOMENTUM = Range("a number from 0 to below 1", 0, 1, has_high=False)
AVERAGE = Range("a number above 0 and below 1", 0, 1, has_low=False, has_high=False)
COUNT_OR_ALL = Range("a whole number of at least 1, or -1 for all", 1, also=(-1,))
INTERVAL_OR_OFF = Range("a whole number of at least 1, or -1 for off", 1, also=(-1,))
SEED = Range("a whole number from 0 to 4294967295", 0, 2**32 - 1)  # NumPy takes 32 bits


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def leaves(key: str, value: Any) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a value with their keys, at any depth of lists.

    What is no number is passed over: its type is judged elsewhere.
    """
    if is_number(value):
        yield key, value
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from leaves(f"{key}.{position}", item)


def section(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a dict of a config by its key; an empty one where there is none."""
    value = config.get(key)
    return value if isinstance(value, Mapping) else {}
