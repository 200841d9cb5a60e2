"""Thins lines to what a screen shows."""

from dataclasses import dataclass

import numpy as np

from digitdet.analysis.charts.chart import FloatArray

BUCKETS = 600  # stretches of a thinned line, about as many as a chart has columns of pixels


@dataclass(frozen=True)
class Thinned:
    """The points of a line, or stretches of it.

    Attributes:
        x: (K,) float64, rising; of a stretch the middle between its ends.
        low: (K,) float64, lowest value of a stretch; NaN where it has none.
        high: (K,) float64, its highest value.
        mean: (K,) float64, the mean of its values.
        size: How many points the longest stretch has; 1 where each point is there.
    """

    x: FloatArray
    low: FloatArray
    high: FloatArray
    mean: FloatArray
    size: int


def thin(x: FloatArray, y: FloatArray, buckets: int = BUCKETS) -> Thinned:
    """Part a line with many points in stretches of equally many, keeping each one's extremes.

    A line of up to twice as many points as stretches stays as it is.

    Args:
        x: (K,) float64, rising.
        y: (K,) float64; NaN where there is no value.
        buckets: Stretches to part a longer line in.
    """
    if len(x) <= 2 * buckets:
        return Thinned(x, y, y, y, 1)
    edges = np.linspace(0, len(x), buckets + 1).astype(int)
    starts, sizes = edges[:-1], np.diff(edges)
    known = np.isfinite(y)
    count = np.add.reduceat(known.astype(float), starts)
    low = np.minimum.reduceat(np.where(known, y, np.inf), starts)
    high = np.maximum.reduceat(np.where(known, y, -np.inf), starts)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(np.where(known, y, 0.0), starts) / count
    low[count == 0] = high[count == 0] = np.nan
    middles = (x[starts] + x[edges[1:] - 1]) / 2
    return Thinned(middles, low, high, mean, int(sizes.max()))
