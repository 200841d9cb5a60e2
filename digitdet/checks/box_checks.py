"""Checks of where boxes lie and how large they are."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from digitdet.checks.findings import Problem
from digitdet.checks.records import Boxes, Split, annotation_problem
from digitdet.datasets.json_files import short

TOLERANCE = 0.01  # pixels: rounding of formats that write shares of the picture with 6 decimals
MIN_SIDE = 3  # pixels
MAX_IOU = 0.7  # of two digits; 3 pairs of SVHN's 33,402 pictures have more, each labelled wrong
EVIDENT_BOXES = 10  # fewer say nothing about the whole file
MOST, MANY = 0.98, 0.25  # shares of boxes: that fit as corners, that leave their picture
HUGE_DEVIATIONS = 6  # of ln(height) from the median; SVHN's largest of 73,257 has 5.5
MIN_DEVIATION = 0.35  # of ln(height): a file of very equal boxes; SVHN's is 0.48


def to_xyxy(boxes: Boxes) -> NDArray[np.float64]:
    """Return (B, 4) corners of xywh boxes."""
    return np.concatenate([boxes.xywh[:, :2], boxes.xywh[:, :2] + boxes.xywh[:, 2:]], axis=1)


def outside(xyxy: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which of (B, 4) boxes reach out of pictures of (B, 2) width and height."""
    beyond = (xyxy[:, :2] < -TOLERANCE) | (xyxy[:, 2:] > sizes + TOLERANCE)
    return np.asarray(beyond.any(axis=1))


def are_corners(boxes: Boxes) -> bool:
    """Whether boxes are xyxy: as such 98 % fit; as xywh a quarter leaves, or they lie on others."""
    if len(boxes.xywh) < EVIDENT_BOXES:
        return False
    fit, leave = fit_as_corners(boxes).mean() >= MOST, leave_picture(boxes).mean() >= MANY
    return bool(fit) and (bool(leave) or _overlap_as_xywh(boxes))


def fit_as_corners(boxes: Boxes) -> NDArray[np.bool_]:
    """Tell which of (B,) boxes would lie in their picture if their four numbers were xyxy."""
    solid = (boxes.xywh[:, 2:] > boxes.xywh[:, :2]).all(axis=1)
    return np.asarray(solid & ~outside(boxes.xywh, boxes.sizes))


def leave_picture(boxes: Boxes) -> NDArray[np.bool_]:
    """Tell which of (B,) boxes reach out of their picture."""
    return outside(to_xyxy(boxes), boxes.sizes)


def _overlap_as_xywh(boxes: Boxes) -> bool:
    """Whether of boxes of one picture 90 % overlap more as xywh than as xyxy.

    Digits in the left upper part of large pictures do not leave them; but no two digits beside or
    above one another are both wider than their left edge and higher than their upper edge.
    """
    order = np.argsort(boxes.images, kind="stable")
    rows = np.flatnonzero(np.diff(boxes.images[order]) == 0)
    first, second, xyxy = order[rows], order[rows + 1], to_xyxy(boxes)
    as_xywh, as_xyxy = (_iou(found[first], found[second]) for found in (xyxy, boxes.xywh))
    return len(rows) >= EVIDENT_BOXES and bool((as_xywh > as_xyxy).mean() >= 0.9)


def are_relative(boxes: Boxes) -> bool:
    """Whether boxes are shares of the picture: no number is above 1."""
    return len(boxes.xywh) >= EVIDENT_BOXES and bool((boxes.xywh <= 1).all())


def corners(boxes: Boxes) -> NDArray[np.float64]:
    """Return (B, 4) xyxy, as the boxes are meant."""
    return boxes.xywh if are_corners(boxes) else to_xyxy(boxes)


def check_boxes(split: Split) -> Iterator[Problem]:
    """Find boxes in another format, outside, empty, tiny, huge, repeated, or on others."""
    boxes = split.boxes
    if are_relative(boxes):
        detail = f"none of the {boxes.xywh.size} numbers is above 1"
        yield Problem("boxes_relative", split.source, detail)
        return
    if are_corners(boxes):
        yield Problem("xyxy_as_xywh", split.source, _evidence(boxes))
    xyxy = corners(boxes)
    yield from _check_places(split, xyxy)
    yield from _check_overlaps(split, xyxy)


def _evidence(boxes: Boxes) -> str:
    """Say what shows that boxes are corners."""
    if leave_picture(boxes).mean() < MANY:
        return "as [x, y, w, h] boxes of one picture lie on one another, as corners they do not"
    as_xywh, as_xyxy = (outside(found, boxes.sizes).sum() for found in (to_xyxy(boxes), boxes.xywh))
    return (
        f"as [x, y, w, h] {as_xywh} of {len(boxes.xywh)} leave their picture, as corners {as_xyxy}"
    )


def _check_places(split: Split, xyxy: NDArray[np.float64]) -> Iterator[Problem]:
    """Report the gravest thing about each box."""
    sides, sizes = xyxy[:, 2:] - xyxy[:, :2], split.boxes.sizes
    empty = np.asarray((sides <= 0).any(axis=1))
    wholly = ((xyxy[:, 2:] <= 0) | (xyxy[:, :2] >= sizes)).any(axis=1)
    huge = (sides > sizes + TOLERANCE).any(axis=1) | _implausible(sides, ~empty)
    kinds = {
        "box_empty": empty,
        "box_wholly_outside": wholly,
        "box_huge": huge,
        "box_outside": outside(xyxy, sizes),
        "box_tiny": (sides < MIN_SIDE).any(axis=1),
    }
    told = np.zeros(len(xyxy), dtype=bool)
    for code, mask in kinds.items():
        for row in np.flatnonzero(mask & ~told).tolist():
            detail = f"from {_text(xyxy[row, :2])} to {_text(xyxy[row, 2:])}"
            detail += f" in a picture of {_text(sizes[row])} pixels"
            position = int(split.boxes.positions[row])
            yield annotation_problem(split, position, code, detail)
        told |= mask


def _implausible(sides: NDArray[np.float64], solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which heights are far above the others, by median and median absolute deviation."""
    heights = np.log(sides[solid, 1])
    if len(heights) < EVIDENT_BOXES:
        return np.zeros(len(sides), dtype=bool)
    center = np.median(heights)
    # 1.4826 makes it the standard deviation of a normal distribution.
    deviation = max(1.4826 * np.median(abs(heights - center)), MIN_DEVIATION)
    limit = np.exp(center + HUGE_DEVIATIONS * deviation)
    return solid & (sides[:, 1] > limit)


def _check_overlaps(split: Split, xyxy: NDArray[np.float64]) -> Iterator[Problem]:
    """Report each box that lies on an earlier one of its picture, once."""
    found: dict[int, tuple[str, int, float]] = {}
    for first, second, overlap in _overlapping(split.boxes.images, xyxy):
        one, other = sorted(split.boxes.positions[[first, second]].tolist())
        digits = [split.annotations[position].get("category_id") for position in (one, other)]
        is_copy = bool((xyxy[first] == xyxy[second]).all()) and digits[0] == digits[1]
        if is_copy or other not in found:
            found[other] = ("box_repeated" if is_copy else "boxes_overlap", one, overlap)
    for position, (code, other, overlap) in sorted(found.items()):
        record, named = split.annotations[position], split.annotations[other].get("id")
        detail = f"{record['bbox']} has the IoU {overlap:.2f} with annotation {short(named)}"
        yield annotation_problem(split, position, code, detail)


def _overlapping(
    images: NDArray[np.int64], xyxy: NDArray[np.float64]
) -> Iterator[tuple[int, int, float]]:
    """Yield two rows and the IoU of boxes of one picture that are equal or overlap strongly."""
    order = np.argsort(images, kind="stable")
    images, xyxy = images[order], xyxy[order]
    for step in range(1, len(order)):
        rows = np.flatnonzero(images[step:] == images[:-step])
        if not len(rows):
            return
        ious = _iou(xyxy[rows], xyxy[rows + step])
        for row in np.flatnonzero(ious >= MAX_IOU).tolist():
            first = rows[row]
            yield int(order[first]), int(order[first + step]), float(ious[row])


def _iou(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (N,) intersections over unions of two times (N, 4) boxes; 0 without area."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    shared = (high - low).clip(0).prod(axis=1)
    areas = sum((box[:, 2:] - box[:, :2]).clip(0).prod(axis=1) for box in (one, other))
    return np.divide(shared, areas - shared, out=np.zeros(len(one)), where=shared > 0)


def _text(pair: NDArray[np.float64]) -> str:
    return f"({', '.join(f'{value:g}' for value in pair.tolist())})"
