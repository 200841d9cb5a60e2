"""What a chart shows, apart from how it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line of a chart, with a band around it where it is a mean of several.

    Attributes:
        name: Its name in the legend.
        x: (K,) float64, rising.
        y: (K,) float64; NaN where there is no value.
        style: Which colour, dashes and marker it has; lines of one run have the same in all charts.
        low: (K,) float64, lower edge of the band; None without one.
        high: (K,) float64, its upper edge.
        marked: Index of the point to mark, such as the best epoch; None for none.
    """

    name: str
    x: FloatArray
    y: FloatArray
    style: int = 0
    low: FloatArray | None = None
    high: FloatArray | None = None
    marked: int | None = None


@dataclass(frozen=True)
class Chart:
    """Lines over one axis.

    Attributes:
        name: Stem of the files that show it, such as ``map``.
        title: Above it.
        x_label: What the horizontal axis counts.
        y_label: What the vertical axis measures.
        lines: In the order of the legend.
        has_points: Whether each value is a mark of its own, as those of epochs are.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line] = field(default=())
    has_points: bool = True
