"""What is wrong with each detection, and which digits were missed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

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
_VERDICTS = tuple(Verdict)
_CODES = {verdict: code for code, verdict in enumerate(_VERDICTS)}
_SPLIT = np.array(
    [
        _CODES[Verdict.BADLY_PLACED],
        _CODES[Verdict.WRONG_DIGIT],
        _CODES[Verdict.DUPLICATE],
        _CODES[Verdict.BOTH],
        _CODES[Verdict.BACKGROUND],
    ]
)  # in the order of the tests


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
    2020, arXiv 2008.08115; the order of tests is that of its code, tidecv 1.0.1.

    The counts are those of tidecv and of hotcoco's ``tide_errors``, but where there are crowd
    boxes: tidecv also explains what is ignored, and hotcoco lets a crowd be what is overlapped. Of
    true boxes that are overlapped equally, the first counts; hotcoco takes the lowest digit's.

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


def count_errors(errors: Sequence[PictureErrors]) -> dict[Verdict, int]:
    """Count the errors of all pictures: one entry for each of `ERROR_KINDS`, in their order."""
    counts = Counter(verdict for picture in errors for verdict in picture.verdicts)
    counts[Verdict.MISSED] = sum(len(picture.missed) for picture in errors)
    return {kind: counts[kind] for kind in ERROR_KINDS}


def _judge(
    picture: PictureBoxes, min_score: float, iou: float, background_iou: float
) -> PictureErrors:
    ious, is_to_find = overlaps(picture), picture.is_to_find
    is_counted = counted(picture, min_score)
    partners = match(picture, ious, is_counted, iou)
    is_found, is_stood_for = np.zeros((2, len(is_to_find)), dtype=bool)
    is_found[partners[partners >= 0]] = True
    is_right = (partners >= 0) & np.append(is_to_find, False)[partners]
    codes = np.where(is_right, _CODES[Verdict.RIGHT], _CODES[Verdict.IGNORED])
    largest = _at(ious, partners)
    wrong = np.flatnonzero(is_counted & (partners < 0))
    if len(wrong):
        wanted = np.where(is_to_find, ious[wrong], 0)
        is_same = picture.found_labels[wrong, None] == picture.truth_labels
        explained = _explain(wanted, is_same, iou, background_iou)
        codes[wrong], partners[wrong], largest[wrong] = explained
        is_stood_for[partners[np.isin(codes, [_CODES[kind] for kind in STAND_INS])]] = True
    return PictureErrors(
        verdicts=tuple(_VERDICTS[code] for code in codes.tolist()),
        partners=partners,
        ious=largest,
        missed=np.flatnonzero(is_to_find & ~is_found & ~is_stood_for),
    )


def _explain(
    ious: FloatArray, is_same: BoolArray, iou: float, background_iou: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Explain why detections are not right.

    Args:
        ious: (D, N) their overlaps with true boxes, 0 with those that are not to be found.
        is_same: (D, N) whether the digit is the same.
        iou: Least overlap of a right detection.
        background_iou: Largest overlap of background.

    Returns:
        (D,) codes of verdicts; (D,) rows of the true boxes that they speak of, -1 of background;
        and (D,) overlaps, as in `PictureErrors`.
    """
    same = np.where(is_same, ious, 0)
    # One for each kind, in the order of the tests. A box of its digit that a detection overlaps
    # enough is taken: else it would be matched.
    overlapped = np.stack([same, ious - same, same, ious, ious])
    rows, most = _largest(overlapped)
    tests = [
        (most[0] >= background_iou) & (most[0] <= iou),
        most[1] >= iou,
        most[2] >= iou,
        most[3] > background_iou,
    ]
    kind = np.select(tests, [0, 1, 2, 3], 4)
    rows[4] = -1
    places = kind, np.arange(len(kind))
    return _SPLIT[kind], rows[places], most[places]


def _largest(ious: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the place of the largest of the last axis, the first of equal ones, and its value."""
    if not ious.shape[-1]:
        return np.full(ious.shape[:-1], -1), np.zeros(ious.shape[:-1])
    rows = ious.argmax(axis=-1)
    return rows, np.take_along_axis(ious, rows[..., None], axis=-1)[..., 0]


def _at(ious: FloatArray, rows: IntArray) -> FloatArray:
    """Return each detection's overlap with the true box of a row; 0 where the row is -1."""
    padded = np.concatenate([ious, np.zeros((len(ious), 1))], axis=1)
    return padded[np.arange(len(rows)), rows]
