"""Which true box each detection of a picture is matched with, as in COCO's evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.evaluation.coco.arrays import FloatArray, IntArray, to_arrays
from digitdet.evaluation.coco.settings import AREAS, MAX_DETECTIONS
from digitdet.evaluation.results import Result

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class PictureBoxes:
    """The boxes of a picture as arrays, in the rows of its prediction and target.

    Attributes:
        found: (M, 4) float64, xywh in pixels.
        found_labels: (M,) int64, 1 to 10.
        scores: (M,) float64.
        truth: (N, 4) float64, xywh in pixels.
        truth_labels: (N,) int64, 1 to 10.
        iscrowd: (N,) bool.
    """

    found: FloatArray
    found_labels: IntArray
    scores: FloatArray
    truth: FloatArray
    truth_labels: IntArray
    iscrowd: BoolArray

    @property
    def is_to_find(self) -> BoolArray:
        """(N,) which true boxes are to be found: COCO ignores crowds, and impossible areas."""
        low, high = AREAS.bounds[0]
        areas = self.truth[:, 2] * self.truth[:, 3]
        return ~self.iscrowd & (areas >= low) & (areas <= high)

    @property
    def by_score(self) -> IntArray:
        """(M,) the rows of the detections by falling score, equal ones as they stand."""
        return np.argsort(-self.scores, kind="stable")

    def reaches(self, min_score: float) -> BoolArray:
        """Return (M,) which detections score so much; in float32, as readers compare."""
        return self.scores >= float(np.float32(min_score))


def picture_boxes(results: Sequence[Result]) -> list[PictureBoxes]:
    """Return the boxes of each picture, in the order of the results.

    Raises:
        ValueError: If a box or score of a detection is not finite.
    """
    arrays = to_arrays(results)
    found, truth = arrays.found, arrays.truth
    columns = [
        *_split(found.pictures, arrays.num_pictures, found.boxes, found.labels, arrays.scores),
        *_split(truth.pictures, arrays.num_pictures, truth.boxes, truth.labels, arrays.iscrowd),
    ]
    pictures = [PictureBoxes(*row) for row in zip(*columns, strict=True)]
    # The arrays are by image id.
    order = sorted(range(len(results)), key=lambda index: results[index][1]["image_id"])
    return [pictures[place] for place in np.argsort(order, kind="stable").tolist()]


def _split(pictures: IntArray, num_pictures: int, *columns: NDArray[Any]) -> list[list[Any]]:
    """Part columns, whose rows lie in the pictures 1, 2, .. one after the other, by picture."""
    ends = np.cumsum(np.bincount(pictures, minlength=num_pictures + 1)[1:])
    return [np.split(column, ends)[:num_pictures] for column in columns]


def overlaps(picture: PictureBoxes) -> FloatArray:
    """Return (M, N) intersection over union, in COCO's arithmetic; of a crowd, over the detection.

    Bit for bit as pycocotools computes it: an IoU may lie on a threshold.
    """
    found, truth = picture.found[:, None], picture.truth[None]
    low = np.maximum(found[..., :2], truth[..., :2])
    high = np.minimum(found[..., :2] + found[..., 2:], truth[..., :2] + truth[..., 2:])
    sides = np.clip(high - low, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    area = found[..., 2] * found[..., 3]
    union = np.where(picture.iscrowd, area, area + truth[..., 2] * truth[..., 3] - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)


def counted(picture: PictureBoxes, min_score: float) -> BoolArray:
    """Return (M,) which detections COCO looks at: the 100 surest of each digit.

    Args:
        picture: The boxes.
        min_score: Those that score less are left out before.
    """
    order = picture.by_score
    is_counted = picture.reaches(min_score)
    if len(order) <= MAX_DETECTIONS[-1]:
        return is_counted
    for label in np.unique(picture.found_labels):
        of_digit = order[picture.found_labels[order] == label]
        is_counted[of_digit[MAX_DETECTIONS[-1] :]] = False
    return is_counted


def match(picture: PictureBoxes, ious: FloatArray, is_counted: BoolArray, iou: float) -> IntArray:
    """Match detections with true boxes of their digit, as COCO does.

    By falling score, each takes the box that it overlaps most of those that are not taken yet; of
    equal ones, the last. Only where there is none, it falls to a crowd, which takes any number.

    Args:
        picture: The boxes.
        ious: (M, N), see `overlaps`.
        is_counted: (M,) which detections are matched.
        iou: The least overlap.

    Returns:
        (M,) the row of the true box; -1 where there is none.
    """
    is_same = picture.found_labels[:, None] == picture.truth_labels
    fits = is_same & (ious >= min(iou, 1 - 1e-10)) & is_counted[:, None]  # COCO's own 1e-10
    is_to_find = picture.is_to_find
    matches = take(ious, fits & is_to_find, picture.by_score)
    crowds = np.where(fits & ~is_to_find, ious, 0)
    falls = (matches < 0) & crowds.any(axis=1)
    if falls.any():  # argmax takes no rows without columns
        last_first = crowds[falls][:, ::-1].argmax(axis=1)
        matches[falls] = crowds.shape[1] - 1 - last_first
    return matches


def take(ious: FloatArray, fits: BoolArray, order: IntArray) -> IntArray:
    """Let detections, one after the other, take the true box that they overlap most.

    Args:
        ious: (M, N) overlaps.
        fits: (M, N) which true boxes a detection may take.
        order: (M,) the rows of the detections, the first to choose first.

    Returns:
        (M,) the row of the true box that each takes; -1 where none is left. Of equal overlaps, the
        last.
    """
    matches = np.full(len(ious), -1)
    is_free = np.ones(ious.shape[1], dtype=bool)
    for row in order[fits[order].any(axis=1)]:
        free = np.flatnonzero(fits[row] & is_free)[::-1]
        if len(free):
            matches[row] = free[np.argmax(ious[row, free])]
            is_free[matches[row]] = False
    return matches
