"""Judges the choice of a setting: cross-validation and the bootstrap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A share or a difference of shares with its bootstrap interval.

    Attributes:
        value: What was measured, -1 to 1.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Number accuracy of tuned and default settings on the same pictures.

    Attributes:
        tuned: Accuracy of the settings that were chosen on other pictures than they were judged on.
        default: Accuracy of the default settings.
        difference: ``tuned`` less ``default``, picture by picture.
    """

    tuned: Estimate
    default: Estimate
    difference: Estimate


def assign_folds(num_pictures: int, folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Deal pictures to folds at random; the sizes of folds differ by one at most.

    Args:
        num_pictures: How many pictures there are.
        folds: How many folds, 2 to ``num_pictures``.
        seed: Of the draw.

    Returns:
        (P,) int64: each picture's fold, from 0.

    Raises:
        ValueError: If there are fewer folds than 2, fewer pictures than folds, or the seed is
            negative.
    """
    if seed < 0:
        raise ValueError(f"seed has to be at least 0, got {seed}")
    if not 2 <= folds <= num_pictures:
        raise ValueError(
            f"folds has to be at least 2 and at most the number of pictures ({num_pictures}), "
            f"got {folds}"
        )
    assigned = np.empty(num_pictures, dtype=np.int64)
    assigned[np.random.default_rng(seed).permutation(num_pictures)] = (
        np.arange(num_pictures) % folds
    )
    return assigned


def choose(correct: NDArray[np.bool_]) -> int:
    """Return the setting that reads most pictures, of equal ones the first.

    Args:
        correct: (S, P) bool: whether setting s reads picture p.
    """
    return int(correct.sum(axis=1).argmax())


def cross_validate(
    correct: NDArray[np.bool_], folds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Judge on each fold the setting that reads most pictures of the other folds.

    Args:
        correct: (S, P) bool: whether setting s reads picture p; of equal settings the first counts.
        folds: (P,) int64: each picture's fold, from 0.

    Returns:
        (K,) int64: the setting chosen for each fold; and (P,) bool: whether each picture is read
        by the setting of its fold, which was chosen without it.
    """
    member = folds[:, None] == np.arange(folds.max() + 1)
    inside = correct.astype(np.int64) @ member.astype(np.int64)
    chosen = (inside.sum(axis=1, keepdims=True) - inside).argmax(axis=0)
    return chosen, correct[chosen[folds], np.arange(len(folds))]


def compare(tuned: NDArray[np.bool_], default: NDArray[np.bool_], seed: int = 0) -> Comparison:
    """Compare two readings of the same pictures, with bootstrap percentile intervals.

    The intervals are for other pictures of the same kind, the chosen settings being as they are
    (Efron and Tibshirani 1993, chapter 13). A picture is one of four kinds: read by both, by one of
    the two, or by neither. So a resample of pictures is a multinomial draw of the four counts.

    Args:
        tuned: (P,) bool: whether each picture is read by the tuned settings.
        default: (P,) bool: the same for the default ones.
        seed: Of the resamples.
    """
    num = len(tuned)
    kinds = np.bincount(2 * tuned.astype(np.int64) + default, minlength=4)
    drawn = np.random.default_rng(seed).multinomial(num, kinds / num, size=RESAMPLES)
    _, of_default, of_tuned, of_both = np.vstack([kinds, drawn]).T / num
    return Comparison(
        tuned=_estimate(of_tuned + of_both),
        default=_estimate(of_default + of_both),
        difference=_estimate(of_tuned - of_default),
    )


def _estimate(values: NDArray[np.float64]) -> Estimate:
    """Make an estimate of what was measured, first, and its resamples."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[1:], [tail, 1 - tail])
    return Estimate(float(values[0]), float(low), float(high))
