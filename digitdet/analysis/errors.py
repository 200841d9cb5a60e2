"""What is wrong with each detection, and which digits were missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.matching import (
    BoolArray,
    PictureBoxes,
    counted,
    match,
    overlaps,
    picture_boxes,
)
from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.results import Result


class Verdict(StrEnum):
    """What a detection is, or (`MISSED`) a true box."""

    RIGHT = "right"
    IGNORED = "ignored"
    MISSED = "missed"
    DUPLICATE = "duplicate"
    WRONG_DIGIT = "wrong_digit"
    BADLY_PLACED = "badly_placed"
    BOTH = "both"
    BACKGROUND = "background"


ERROR_KINDS = (
    Verdict.MISSED,
    Verdict.DUPLICATE,
    Verdict.WRONG_DIGIT,
    Verdict.BADLY_PLACED,
    Verdict.BOTH,
    Verdict.BACKGROUND,
)
STAND_INS = (Verdict.WRONG_DIGIT, Verdict.BADLY_PLACED)


@dataclass(frozen=True)
class PictureErrors:
    """The verdicts on a picture's detections and true boxes.

    Attributes:
        verdicts: M of them, by the prediction's rows; never `MISSED`. `IGNORED` is what lies on a
            crowd box, scores too little, or is beyond COCO's 100 detections of a digit.
        partners: (M,) the row of the true box that the verdict speaks of: the matched one, for a
            duplicate the one that is found already, else the one that is overlapped most (of
            another digit where the digit is wrong); -1 where there is none.
        ious: (M,) the overlap with the partner; for background the largest with any true box that
            is to be found; 0 where there is none.
        missed: (K,) rows of the true boxes that are missed: no detection is matched with them, and
            none with a wrong digit or place stands for them. Never crowd boxes.
    """

    verdicts: tuple[Verdict, ...]
    partners: IntArray
    ious: FloatArray
    missed: IntArray


def find_errors(
    results: Sequence[Result],
    *,
    min_score: float = 0.0,
    iou: float = 0.5,
    background_iou: float = 0.1,
) -> list[PictureErrors]:
    """Say of each detection what it is, and find the digits that were missed.

    Matching is COCO's, so that right detections are exactly those that average precision counts.
    What is not right is split as by TIDE, in this order:

    1. badly placed: the largest overlap with a box of its digit, found already or not, is
       ``background_iou`` to ``iou``;
    2. wrong digit: a box of another digit is overlapped by ``iou`` or more;
    3. duplicate: one of its own digit is, which a surer detection has taken;
    4. background: nothing is overlapped by more than ``background_iou``;
    5. both: anything else, a wrong digit that is also badly placed.

    Source: D. Bolya et al., TIDE: A General Toolbox for Identifying Object Detection Errors, ECCV
    2020, arXiv 2008.08115, section 3.2; the order of tests is that of its code, tidecv 1.0.1.

    Args:
        results: Prediction and target of each picture.
        min_score: Detections that score less are ignored, 0 to 1.
        iou: Least overlap of a right detection.
        background_iou: Largest overlap of what is background, more than 0 and less than ``iou``.

    Returns:
        The verdicts of each picture, in the order of ``results``.

    Raises:
        ValueError: If a box or score of a detection is not finite, or a threshold is out of its
            range.
    """
    if not 0 < background_iou < iou <= 1:
        raise ValueError(
            f"0 < background_iou < iou <= 1 has to hold, got {background_iou!r} and {iou!r}"
        )
    return [_judge(picture, min_score, iou, background_iou) for picture in picture_boxes(results)]


def _judge(
    picture: PictureBoxes, min_score: float, iou: float, background_iou: float
) -> PictureErrors:
    ious, is_to_find = overlaps(picture), picture.is_to_find
    is_counted = counted(picture, min_score)
    partners = match(picture, ious, is_counted, iou)
    is_found, is_stood_for = np.zeros((2, len(is_to_find)), dtype=bool)
    is_found[partners[partners >= 0]] = True
    is_wrong = is_counted & (partners < 0)
    kinds = np.full(len(partners), Verdict.IGNORED, dtype=object)
    kinds[(partners >= 0) & np.append(is_to_find, False)[partners]] = Verdict.RIGHT
    overlapped = partners.copy()
    if is_wrong.any():
        is_same = picture.found_labels[is_wrong, None] == picture.truth_labels
        wanted = np.where(is_to_find, ious[is_wrong], 0)
        kinds[is_wrong], overlapped[is_wrong] = _explain(
            wanted, is_same, is_found, iou, background_iou
        )
        partners[is_wrong] = np.where(
            kinds[is_wrong] == Verdict.BACKGROUND, -1, overlapped[is_wrong]
        )
        is_stood_for[partners[np.isin(kinds, STAND_INS)]] = True
    return PictureErrors(
        verdicts=tuple(kinds.tolist()),
        partners=partners,
        ious=_at(ious, overlapped),
        missed=np.flatnonzero(is_to_find & ~is_found & ~is_stood_for),
    )


def _explain(
    ious: FloatArray, is_same: BoolArray, is_found: BoolArray, iou: float, background_iou: float
) -> tuple[NDArray[np.object_], IntArray]:
    """Explain why detections are not right.

    Args:
        ious: (D, N) their overlaps with true boxes, 0 with those that are not to be found.
        is_same: (D, N) whether the digit is the same.
        is_found: (N,) whether a true box is taken.
        iou: Least overlap of a right detection.
        background_iou: Largest overlap of background.

    Returns:
        (D,) verdicts, and (D,) rows of the true boxes that these, or an overlap, speak of; -1 where
        nothing is overlapped.
    """
    same, other = np.where(is_same, ious, 0), np.where(is_same, 0, ious)
    of_digit, of_other, of_found, of_any = (
        _largest(values) for values in (same, other, np.where(is_found, same, 0), ious)
    )
    is_near = (of_digit[0] >= background_iou) & (of_digit[0] <= iou)
    tests = [is_near, of_other[0] >= iou, of_found[0] >= iou, of_any[0] > background_iou]
    kinds = [Verdict.BADLY_PLACED, Verdict.WRONG_DIGIT, Verdict.DUPLICATE, Verdict.BOTH]
    rows = [of_digit[1], of_other[1], of_found[1], of_any[1]]
    which = np.select(tests, [0, 1, 2, 3], 4)
    verdicts = np.array([*kinds, Verdict.BACKGROUND], dtype=object)[which]
    return verdicts, np.select(tests, rows, of_any[1])


def _largest(ious: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return each detection's largest overlap and its true box, of equal ones the first; 0, -1."""
    if not ious.shape[1]:
        return np.zeros(len(ious)), np.full(len(ious), -1)
    rows = ious.argmax(axis=1)
    values = _at(ious, rows)
    return values, np.where(values > 0, rows, -1)


def _at(ious: FloatArray, rows: IntArray) -> FloatArray:
    """Return each detection's overlap with the true box of a row; 0 where the row is -1."""
    if not ious.shape[1]:
        return np.zeros(len(rows))
    return np.where(rows >= 0, np.take_along_axis(ious, rows[:, None], axis=1)[:, 0], 0.0)
