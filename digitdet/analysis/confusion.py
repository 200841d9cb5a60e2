"""Which digit is found where which one stands."""

from collections.abc import Sequence

import numpy as np

from digitdet.analysis.matching import BoolArray, PictureBoxes, overlaps, picture_boxes, take
from digitdet.evaluation.coco.arrays import IntArray
from digitdet.evaluation.coco.settings import LABELS, MAX_DETECTIONS
from digitdet.evaluation.results import Result
from digitdet.labels import NUM_CLASSES

BACKGROUND = len(LABELS)  # the last row and column of the matrix


def confusion_pairs(
    results: Sequence[Result], *, min_score: float, iou: float = 0.5
) -> list[tuple[int, int, int]]:
    """Match detections with true boxes, whatever their digits.

    By falling score, each detection takes the true box that it overlaps most of those that are not
    taken yet. Crowd boxes take part in nothing, and of a picture only the 100 surest detections do.

    Args:
        results: Prediction and target of each picture.
        min_score: Detections that score less are left out, 0 to 1.
        iou: The least overlap, 0 to 1.

    Returns:
        Of each match, the position of the picture, the row of the detection and that of the true
        box.

    Raises:
        ValueError: If a box or score of a detection is not finite.
    """
    pairs = []
    for position, picture in enumerate(picture_boxes(results)):
        matches = _match(picture, _counted(picture, min_score), iou).tolist()
        pairs += [(position, row, true) for row, true in enumerate(matches) if true >= 0]
    return pairs


def confusion_matrix(results: Sequence[Result], *, min_score: float, iou: float = 0.5) -> IntArray:
    """Count which digits are found where which ones stand; see `confusion_pairs`.

    Returns:
        (11, 11): a row for each true digit, 0 to 9, and one for background, which holds the
        detections that match nothing; columns for the found digits, and one for those that are
        missed.
    """
    matrix = np.zeros((NUM_CLASSES, NUM_CLASSES), dtype=np.int64)
    for picture in picture_boxes(results):
        is_counted = _counted(picture, min_score)
        matches = _match(picture, is_counted, iou)
        true, found = _rows(picture.truth_labels), _rows(picture.found_labels)
        stands = np.append(true, BACKGROUND)[matches]
        np.add.at(matrix, (stands[is_counted], found[is_counted]), 1)
        is_left = picture.is_to_find
        is_left[matches[matches >= 0]] = False
        matrix[:, BACKGROUND] += np.bincount(true[is_left], minlength=NUM_CLASSES)
    return matrix


def _rows(labels: IntArray) -> IntArray:
    """Return the rows, or columns, of labels in the matrix."""
    return np.searchsorted(LABELS, labels)


def _counted(picture: PictureBoxes, min_score: float) -> BoolArray:
    is_counted = picture.reaches(min_score)
    order = _order(picture)
    is_counted[order[MAX_DETECTIONS[-1] :]] = False
    return is_counted


def _match(picture: PictureBoxes, is_counted: BoolArray, iou: float) -> IntArray:
    """Match a picture's detections; the last of equal overlaps is that of the largest digit."""
    ious = overlaps(picture)
    fits = (ious >= iou) & picture.is_to_find & is_counted[:, None]
    by_digit = np.argsort(picture.truth_labels, kind="stable")
    matches = take(ious[:, by_digit], fits[:, by_digit], _order(picture))
    return np.append(by_digit, -1)[matches]


def _order(picture: PictureBoxes) -> IntArray:
    """Return the rows of the detections by falling score, of equal ones by rising digit."""
    return np.lexsort((picture.found_labels, -picture.scores))
