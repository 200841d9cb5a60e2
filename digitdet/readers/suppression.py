"""One box for each digit: of boxes that cover the same, the surest stays, whatever its class."""

from collections.abc import Sequence

from digitdet.readers.found_digits import FoundDigit


def suppress(
    digits: Sequence[FoundDigit], max_iou: float, max_containment: float
) -> list[FoundDigit]:
    """Drop a box that overlaps a surer one too much.

    Args:
        digits: Detections by falling score.
        max_iou: Intersection over union, 0 to 1; more of it, and both are one digit.
        max_containment: Intersection over the smaller area, 0 to 1; more of it, and the less sure
            one is a part of a digit, or lies around one or several.

    Returns:
        Those that stay, by falling score.
    """
    kept: list[FoundDigit] = []
    for digit in digits:
        if not any(_overlap(digit, other, max_iou, max_containment) for other in kept):
            kept.append(digit)
    return kept


def _overlap(one: FoundDigit, other: FoundDigit, max_iou: float, max_containment: float) -> bool:
    across = min(one.x2, other.x2) - max(one.x1, other.x1)
    down = min(one.y2, other.y2) - max(one.y1, other.y1)
    if across <= 0 or down <= 0:
        return False
    shared = across * down
    area, other_area = one.width * one.height, other.width * other.height
    return shared > max_iou * (area + other_area - shared) or shared > max_containment * min(
        area, other_area
    )
