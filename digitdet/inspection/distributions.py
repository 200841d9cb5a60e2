"""How the pictures, boxes and digits of a data set are distributed."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.annotations import Annotations
from digitdet.labels import DIGITS, digit_to_label

PERCENTILES = (5, 50, 95)


@dataclass(frozen=True)
class Distributions:
    """Measurements of I pictures with A boxes, in the order of the file.

    Attributes:
        widths: (I,) int64, stated width of each picture in pixels.
        heights: (I,) int64, stated height of each picture in pixels.
        box_heights: (A,) float64, pixels.
        box_aspects: (A,) float64, width / height; boxes without area are left out of both.
        digits_per_picture: (I,) int64, boxes of each picture.
        digit_counts: (10,) int64, boxes of each digit, 0 to 9.
    """

    widths: NDArray[np.int64]
    heights: NDArray[np.int64]
    box_heights: NDArray[np.float64]
    box_aspects: NDArray[np.float64]
    digits_per_picture: NDArray[np.int64]
    digit_counts: NDArray[np.int64]

    def summary(self) -> dict[str, Any]:
        """Return plain numbers, ready for JSON.

        Returns:
            For each measurement ``count`` and its percentiles ``p5``, ``p50`` and ``p95`` (none
            where there is nothing to measure), and two histograms: ``digits_per_picture`` also has
            ``counts``, boxes -> pictures, and ``digit_counts`` is digit -> boxes.
        """
        result: dict[str, Any] = {
            field.name: _percentiles(getattr(self, field.name))
            for field in fields(self)
            if field.name != "digit_counts"
        }
        values, counts = np.unique(self.digits_per_picture, return_counts=True)
        result["digits_per_picture"]["counts"] = dict(
            zip(map(str, values.tolist()), counts.tolist(), strict=True)
        )
        result["digit_counts"] = dict(zip(DIGITS, self.digit_counts.tolist(), strict=True))
        return result


def measure_distributions(annotations: Annotations) -> Distributions:
    """Measure the pictures, boxes and digits of a data set.

    Args:
        annotations: Of I pictures with A boxes; either may be 0.

    Returns:
        The measurements.
    """
    return measure(
        sizes=annotations.sizes,
        boxes=annotations.boxes,
        counts=np.diff(annotations.offsets),
        labels=annotations.labels,
    )


def measure(
    sizes: NDArray[np.int64],
    boxes: NDArray[np.floating[Any]],
    counts: NDArray[np.int64],
    labels: NDArray[np.int64],
) -> Distributions:
    """Measure pictures, boxes and digits.

    Args:
        sizes: (I, 2) height and width in pixels.
        boxes: (A, 4) xyxy in pixels.
        counts: (I,) boxes of each picture.
        labels: Any number of labels, 1 to 10.

    Returns:
        The measurements.
    """
    width, height = (boxes[:, 2:] - boxes[:, :2]).T.astype(np.float64)
    solid = (width > 0) & (height > 0)
    digits = np.bincount(labels, minlength=digit_to_label(9) + 1)
    return Distributions(
        widths=sizes[:, 1],
        heights=sizes[:, 0],
        box_heights=height[solid],
        box_aspects=width[solid] / height[solid],
        digits_per_picture=counts,
        digit_counts=digits[digit_to_label(0) :],
    )


def _percentiles(values: NDArray[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"count": len(values)}
    if len(values):
        marks = np.percentile(values, PERCENTILES).round(3).tolist()
        result.update({f"p{p}": mark for p, mark in zip(PERCENTILES, marks, strict=True)})
    return result
