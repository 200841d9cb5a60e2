"""COCO's figures from its curves, and in words why one is -1."""

from collections.abc import Mapping

import numpy as np

from digitdet.evaluation.coco.arrays import Curves, FloatArray
from digitdet.evaluation.coco.settings import AREAS, HEIGHTS, IOU_THRESHOLDS, MAX_DETECTIONS
from digitdet.labels import DIGITS

SIZES = AREAS.names[1:]
_NO_BOX = {
    "small": "digit box of at most 32 x 32 pixels",
    "medium": "digit box of 32 x 32 to 96 x 96 pixels",
    "large": "digit box of at least 96 x 96 pixels",
    "0_12": "digit box of less than 12 pixels in height",
    "12_24": "digit box of 12 to less than 24 pixels in height",
    "24_48": "digit box of 24 to less than 48 pixels in height",
    "48_up": "digit box of at least 48 pixels in height",
}


def coco_figures(by_area: Curves, by_height: Curves) -> dict[str, float]:
    """Return all figures, each 0 to 1, or -1 where there is no truth to find.

    Args:
        by_area: The curves by COCO's areas.
        by_height: The curves by digit height.

    Returns:
        COCO's twelve, under torchmetrics' names; ``map_height_0_12`` .. ``map_height_48_up``;
        ``ap_0`` .. ``ap_9``.
    """
    precision, recall = by_area.precision, by_area.recall
    figures = {"map": mean(precision[:, :, :, 0, -1])}
    for threshold in (50, 75):
        at = int(np.flatnonzero(np.isclose(IOU_THRESHOLDS, threshold / 100))[0])
        figures[f"map_{threshold}"] = mean(precision[at, :, :, 0, -1])
    for size, name in enumerate(SIZES, 1):
        figures[f"map_{name}"] = mean(precision[:, :, :, size, -1])
    for position, most in enumerate(MAX_DETECTIONS):
        figures[f"mar_{most}"] = mean(recall[:, :, 0, position])
    for size, name in enumerate(SIZES, 1):
        figures[f"mar_{name}"] = mean(recall[:, :, size, -1])
    for size, name in enumerate(HEIGHTS.names):
        figures[f"map_height_{name}"] = mean(by_height.precision[:, :, :, size, -1])
    for position, digit in enumerate(DIGITS):
        figures[f"ap_{digit}"] = mean(precision[:, :, position, 0, -1])
    return figures


def mean(curve: FloatArray) -> float:
    """Return the mean of what is not -1; -1 if nothing is."""
    valid = curve[curve > -1]
    return float(valid.mean()) if valid.size else -1.0


def explain(figures: Mapping[str, float], *, crowds: bool) -> dict[str, str]:
    """Say in words why figures are -1.

    Args:
        figures: What `coco_figures` gives.
        crowds: Whether the split holds crowd boxes, which are no truth to find.

    Returns:
        Name of each figure that is -1 -> the reason.
    """
    apart = " apart from crowd boxes" if crowds else ""
    missing = [name for name, value in figures.items() if value == -1]
    return {name: f"the split holds no {_no_box(name)}{apart}" for name in missing}


def _no_box(name: str) -> str:
    kind, _, what = name.partition("_")
    if kind == "ap":
        return f"digit {what}"
    return _NO_BOX.get(what.removeprefix("height_"), "digit box")
