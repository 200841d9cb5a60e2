"""Whether two models can be told apart on the same pictures: the bootstrap and McNemar's test."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure or a difference of figures with its bootstrap interval.

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
    """A figure of two models on the same pictures.

    Attributes:
        first: The figure of the first.
        second: That of the second.
        difference: ``second`` less ``first``, on the same resamples of pictures.
    """

    first: Estimate
    second: Estimate
    difference: Estimate


def compare_shares(
    first: NDArray[np.bool_], second: NDArray[np.bool_], seed: int = 0, resamples: int = RESAMPLES
) -> Comparison:
    """Compare what share of the same pictures each of two models reads.

    The intervals are for other pictures of the same kind, the models being as they are. A picture
    is one of four kinds: read by both, by one of the two, or by neither. So a resample of pictures
    is a multinomial draw of the four counts.

    Args:
        first: (P,) bool: whether the first model reads each picture; P is at least 1.
        second: (P,) bool: the same of the second.
        seed: Of the resamples.
        resamples: How many to draw.
    """
    num = len(second)
    kinds = np.bincount(2 * second.astype(np.int64) + first, minlength=4)
    drawn = np.random.default_rng(seed).multinomial(num, kinds / num, size=resamples)
    _, only_first, only_second, both = np.vstack([kinds, drawn]).T
    return compare_samples((only_first + both) / num, (only_second + both) / num)


def compare_samples(first: NDArray[np.float64], second: NDArray[np.float64]) -> Comparison:
    """Compare two figures by their values on the same resamples of pictures.

    Args:
        first: (1 + R,) the first model's figure: as measured, then on each resample.
        second: (1 + R,) the second's.
    """
    return Comparison(
        first=_estimate(first), second=_estimate(second), difference=_estimate(second - first)
    )


def _estimate(values: NDArray[np.float64]) -> Estimate:
    """Make an estimate of what was measured, first, and its resamples.

    The interval is the percentile interval of Efron and Tibshirani 1993, chapter 13.
    """
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[1:], [tail, 1 - tail])
    return Estimate(float(values[0]), float(low), float(high))


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the p-value of McNemar's test that two models read equally many pictures.

    The exact binomial test, two-sided: were the models equal, each picture that just one of them
    reads would be read by either with probability 1/2 (McNemar 1947). The p-value is twice the
    smaller tail, at most 1, computed in whole numbers.

    Args:
        only_first: Pictures that only the first model reads.
        only_second: Pictures that only the second reads.
    """
    num, fewer = only_first + only_second, min(only_first, only_second)
    ways = total = 1
    for count in range(1, fewer + 1):
        ways = ways * (num - count + 1) // count
        total += ways
    return min(1.0, float(Fraction(2 * total, 2**num)))


def is_decidable(num_discordant: int) -> bool:
    """Return whether McNemar's test can give p < 1 - `LEVEL` on so many discordant pictures.

    Args:
        num_discordant: Pictures that just one of the models reads; 6 are the fewest that can.
    """
    return mcnemar(0, num_discordant) < 1 - LEVEL
