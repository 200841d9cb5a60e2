"""Detections as plain numbers: a picture has too few of them for tensors to pay."""

from collections.abc import Iterable
from typing import NamedTuple

from digitdet.structures import Prediction


class FoundDigit(NamedTuple):
    """A detection; lengths in pixels.

    Attributes:
        x1: Left edge of its box.
        y1: Top edge.
        x2: Right edge.
        y2: Bottom edge.
        label: 1 to 10 (digit + 1).
        score: 0 to 1.
        x: Its centre.
        y: Its centre.
        width: Width of its box, more than 0.
        height: Height of its box, more than 0.
    """

    x1: float
    y1: float
    x2: float
    y2: float
    label: int
    score: float
    x: float
    y: float
    width: float
    height: float


def found_digit(box: Iterable[float], label: int, score: float) -> FoundDigit:
    """Make a detection from its xyxy box in pixels, its label and its score."""
    x1, y1, x2, y2 = box
    return FoundDigit(x1, y1, x2, y2, label, score, (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)


def find_digits(prediction: Prediction, lowest_score: float) -> list[FoundDigit]:
    """Take the detections that score enough.

    Args:
        prediction: The detections of a picture, in any order.
        lowest_score: Those that score less are left out, and so are those without area.

    Returns:
        By falling score; equal scores by box and label, so that their order in ``prediction`` does
        not matter.
    """
    scores = prediction["scores"].tolist()
    boxes, labels = prediction["boxes"].tolist(), prediction["labels"].tolist()
    digits = [
        found_digit(box, label, score)
        for box, label, score in zip(boxes, labels, scores, strict=True)
        if score >= lowest_score and box[2] > box[0] and box[3] > box[1]
    ]
    digits.sort()
    digits.sort(key=_score, reverse=True)
    return digits


def _score(digit: FoundDigit) -> float:
    return digit.score
