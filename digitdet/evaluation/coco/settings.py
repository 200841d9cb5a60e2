"""The settings of the evaluation: COCO's own, and ranges of digit height beside its areas."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from digitdet.evaluation.coco.arrays import Curves, FloatArray
from digitdet.labels import DIGITS, digit_to_label

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALL_THRESHOLDS = np.linspace(0, 1, 101)
MAX_DETECTIONS = (1, 10, 100)  # others than these make COCO's summary -1
LABELS = tuple(digit_to_label(int(digit)) for digit in DIGITS)
ENDLESS = 1e10  # COCO's own, in pixels


@dataclass(frozen=True)
class SizeRanges:
    """Ranges of size by which an evaluation is repeated.

    By COCO's rule, truth outside a range is ignored, and so is a detection outside that matches
    nothing.

    Attributes:
        measure: The size of a box: its area in square pixels, or its height in pixels.
        names: Name of each range.
        bounds: Lowest and highest size of each range; both belong to it.
    """

    measure: Literal["area", "height"]
    names: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]

    def sizes(self, boxes: FloatArray) -> FloatArray:
        """Return the (N,) sizes of boxes, (N, 4) xywh."""
        height = boxes[:, 3]
        return boxes[:, 2] * height if self.measure == "area" else height


def _height_ranges(*edges: float) -> SizeRanges:
    """Make ranges that an edge begins: SVHN's heights are whole numbers, each counts once."""
    pairs = list(zip((0.0, *edges), (*edges, ENDLESS), strict=True))
    names = [f"{low:.0f}_{'up' if high == ENDLESS else f'{high:.0f}'}" for low, high in pairs]
    bounds = [(low, float(np.nextafter(high, low))) for low, high in pairs]
    return SizeRanges("height", tuple(names), tuple(bounds))


# As COCO has them: a box of exactly 32 x 32 pixels is small and medium.
AREAS = SizeRanges(
    "area",
    ("all", "small", "medium", "large"),
    ((0, ENDLESS), (0, 32**2), (32**2, 96**2), (96**2, ENDLESS)),
)
HEIGHTS = _height_ranges(12, 24, 48)


def empty_curves(sizes: SizeRanges) -> Curves:
    """Return the curves of a split without truth: -1 everywhere."""
    shape = (len(LABELS), len(sizes.names), len(MAX_DETECTIONS))
    levels = (len(IOU_THRESHOLDS), len(RECALL_THRESHOLDS))
    return Curves(np.full((*levels, *shape), -1.0), np.full((levels[0], *shape), -1.0))
