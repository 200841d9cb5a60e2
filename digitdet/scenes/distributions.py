"""Distributions that a text config can state, and draws from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Distribution = float | Sequence[float]


@dataclass(frozen=True)
class Range:
    """Where what is drawn has to lie: from ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True)
class Known:
    """The names that weights can be given to."""

    names: tuple[str, ...]


def draw(rng: np.random.Generator, distribution: Distribution) -> float:
    """Draw a number.

    Args:
        rng: Source of the draw.
        distribution: A number, which is always drawn; ``(low, high)``, uniform; or
            ``(mean, std, low, high)``, normal and clipped.

    Returns:
        The number.
    """
    if isinstance(distribution, int | float):
        return float(distribution)
    if len(distribution) == 2:
        low, high = distribution
        return float(low + (high - low) * rng.random())
    mean, std, low, high = distribution
    return float(min(max(mean + std * rng.standard_normal(), low), high))


def happens(rng: np.random.Generator, probability: float) -> bool:
    """Decide by a draw whether something of a probability of 0 to 1 happens."""
    return bool(rng.random() < probability)


def choose(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """Choose a key by its weight."""
    rest = rng.random() * sum(weights.values())
    for name, weight in weights.items():
        rest -= weight
        if rest < 0:
            return name
    return max(weights, key=lambda name: weights[name])


def check_distribution(value: Any, name: str, limit: Range) -> None:
    """Refuse what is not a distribution within a range.

    Args:
        value: What was given.
        name: Its name, for the error.
        limit: Where what is drawn has to lie.

    Raises:
        ValueError: If it is not one, or can leave the range.
    """
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    numbers = list(value) if is_list else [value]
    if (is_list and len(numbers) not in (2, 4)) or not all(map(_is_finite, numbers)):
        raise ValueError(
            f"{name} is a number, [low, high] or [mean, std, low, high], got {value!r}"
        )
    ends = numbers[-2:]
    if not limit.low <= ends[0] <= ends[-1] <= limit.high:
        raise ValueError(
            f"{name} has to lie in {limit.low:g} to {limit.high:g}, low end first, got {value!r}"
        )
    if len(numbers) == 4 and numbers[1] < 0:
        raise ValueError(f"{name}: the standard deviation is 0 or more, got {value!r}")


def check_share(value: Any, name: str) -> None:
    """Refuse what is not a probability.

    Args:
        value: What was given.
        name: Its name, for the error.

    Raises:
        ValueError: If it is not a number of 0 to 1.
    """
    if not _is_finite(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} is a number of 0 to 1, got {value!r}")


def check_weights(value: Any, name: str, known: Known) -> None:
    """Refuse what does not give weights to known names.

    Args:
        value: What was given.
        name: Its name, for the error.
        known: The names that there are.

    Raises:
        ValueError: If it is not a mapping from some of them to weights of 0 or more, or all are 0.
    """
    if not isinstance(value, Mapping) or not set(value) <= set(known.names):
        raise ValueError(f"{name} gives weights to some of {list(known.names)}, got {value!r}")
    weights = list(value.values())
    if not all(_is_finite(weight) and weight >= 0 for weight in weights) or not sum(weights) > 0:
        raise ValueError(f"{name}: weights are 0 or more and not all 0, got {value!r}")


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
