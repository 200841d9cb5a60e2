"""The true and found digits of a reading card."""

from collections.abc import Callable, Sequence

from digitdet.analysis.breaking import Breakage
from digitdet.analysis.cards.card import TRUTH, Box, CardBox
from digitdet.analysis.errors import ERROR_KINDS, STAND_INS, PictureErrors, Verdict
from digitdet.evaluation.results import Result
from digitdet.labels import label_to_digit
from digitdet.readers.thresholds import lowest_threshold
from digitdet.structures import Number, Prediction, Target

_USUAL_THRESHOLD = 0.5  # of readers that don't tell theirs
_ABOUT_TRUTH = (*STAND_INS, Verdict.BOTH)  # errors that are seen only beside the true box


def reading_threshold(reader: Callable[[Prediction], list[Number]]) -> float:
    """Return the lowest score that a reader looks at, as far as it tells, else .5."""
    lowest = lowest_threshold(reader)
    return _USUAL_THRESHOLD if lowest is None else lowest


def boxes_of(
    result: Result,
    errors: PictureErrors,
    breakage: Breakage,
    numbers: Sequence[Number],
    lowest: float,
) -> list[CardBox]:
    """Return the boxes of a picture's card: the true ones, then the found ones by falling score.

    Shown without being asked for are what was read; errors that score as much, or break the
    number; the best detection of a true digit that none of these stands for; and true digits that
    are missed, or that an error shown is about.

    Args:
        result: Prediction and target.
        errors: What is wrong with its boxes.
        breakage: What broke its number.
        numbers: What was read.
        lowest: The lowest score that the reader looks at.
    """
    prediction, target = result
    partners = errors.partners.tolist()
    is_read = _rows_read(prediction, numbers)
    shown = _rows_shown(prediction, errors, breakage, is_read, numbers, lowest)
    concerned = {partners[row] for row in shown if errors.verdicts[row] in _ABOUT_TRUTH}
    missed, breaking = set(errors.missed.tolist()), set(breakage.rows.tolist())
    true = [
        CardBox(
            box=box,
            text=digit,
            kind=str(Verdict.MISSED) if row in missed else TRUTH,
            digit=digit,
            breaks=breakage.cause == Verdict.MISSED and row in breaking,
            is_shown=row in missed or row in concerned,
        )
        for row, (box, digit) in enumerate(_digits(target))
    ]
    scores = prediction["scores"].tolist()
    found = [
        CardBox(
            box=box,
            text=f"{digit} {_score_text(scores[row])}",
            kind=str(errors.verdicts[row]),
            digit=digit,
            breaks=breakage.cause != Verdict.MISSED and row in breaking,
            is_read=is_read[row],
            is_shown=row in shown,
        )
        for row, (box, digit) in enumerate(_digits(prediction))
    ]
    return true + found


def _digits(boxes: Prediction | Target) -> list[tuple[Box, str]]:
    """Return the xyxy box and the digit of each row."""
    digits = [str(label_to_digit(label)) for label in boxes["labels"].tolist()]
    return [(tuple(box), digit) for box, digit in zip(boxes["boxes"].tolist(), digits, strict=True)]


def _rows_read(prediction: Prediction, numbers: Sequence[Number]) -> list[bool]:
    """Say of each detection whether it is a digit of a number that was read."""
    read = {
        (tuple(box), digit)
        for number in numbers
        for box, digit in zip(number.boxes.tolist(), number.text, strict=True)
    }
    return [digit in read for digit in _digits(prediction)]


def _rows_shown(
    prediction: Prediction,
    errors: PictureErrors,
    breakage: Breakage,
    is_read: Sequence[bool],
    numbers: Sequence[Number],
    lowest: float,
) -> set[int]:
    """Return the rows of the detections that are shown without being asked for."""
    scores, partners = prediction["scores"].tolist(), errors.partners.tolist()
    bar = min((min(number.scores.tolist()) for number in numbers), default=lowest)
    shown = {
        row
        for row, verdict in enumerate(errors.verdicts)
        if is_read[row] or (verdict in ERROR_KINDS and scores[row] >= bar)
    }
    if breakage.cause != Verdict.MISSED:  # whose rows are those of true boxes
        shown |= set(breakage.rows.tolist())
    explained = {partners[row] for row in shown}
    for row, verdict in enumerate(errors.verdicts):  # by falling score
        stands_for_truth = verdict in (Verdict.RIGHT, *STAND_INS)
        if stands_for_truth and partners[row] not in explained:
            shown.add(row)
            explained.add(partners[row])
    return shown


def _score_text(score: float) -> str:
    return f"{score:.2f}".removeprefix("0")
