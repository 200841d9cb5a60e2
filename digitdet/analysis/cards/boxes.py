"""The true and found digits of a reading card."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from digitdet.analysis.cards.card import TRUTH, Box, CardBox
from digitdet.analysis.errors import ERROR_KINDS, PictureErrors, Verdict
from digitdet.evaluation.results import Result
from digitdet.labels import label_to_digit
from digitdet.readers.thresholds import lowest_threshold
from digitdet.structures import Number, Prediction

if TYPE_CHECKING:
    from digitdet.analysis.breaking import Breakage

_USUAL_THRESHOLD = 0.5  # of readers that don't tell theirs


def count_threshold(reader: Callable[[Prediction], list[Number]]) -> float:
    """Return the score from which on detections count, as far as the reader tells, else .5."""
    lowest = lowest_threshold(reader)
    return _USUAL_THRESHOLD if lowest is None else lowest


def boxes_of(
    result: Result,
    errors: PictureErrors,
    breakage: "Breakage",
    numbers: Sequence[Number],
    lowest: float,
) -> list[CardBox]:
    """Return the boxes of a picture's card: the true ones, then the found ones by falling score.

    Shown without being asked for are found digits that were read or have an error, and true ones
    that are missed or that an error is about.

    Args:
        result: Prediction and target.
        errors: What is wrong with its boxes.
        breakage: What broke its number.
        numbers: What was read.
        lowest: Score from which on an error counts.
    """
    found = _found_boxes(result, errors, breakage, numbers, lowest)
    concerned = {
        partner
        for box, partner in zip(found, errors.partners.tolist(), strict=True)
        if partner >= 0 and box.is_shown and box.kind in (*_MISPLACED, Verdict.WRONG_DIGIT)
    }
    return _true_boxes(result, errors, breakage, concerned) + found


_MISPLACED = (Verdict.BADLY_PLACED, Verdict.BOTH)


def _found_boxes(
    result: Result,
    errors: PictureErrors,
    breakage: "Breakage",
    numbers: Sequence[Number],
    lowest: float,
) -> list[CardBox]:
    prediction = result[0]
    read = {
        (_xyxy(box), digit)
        for number in numbers
        for box, digit in zip(number.boxes.tolist(), number.text, strict=True)
    }
    boxes = []
    rows = zip(*(prediction[k].tolist() for k in ("boxes", "labels", "scores")), strict=True)
    for (box, label, score), verdict in zip(rows, errors.verdicts, strict=True):
        xyxy, digit = _xyxy(box), str(label_to_digit(label))
        is_error = verdict in ERROR_KINDS and score >= lowest
        is_read = (xyxy, digit) in read
        boxes.append(
            CardBox(
                box=xyxy,
                text=f"{digit} {_score_text(score)}",
                kind=str(verdict),
                digit=digit,
                breaks=is_error and verdict == breakage.cause,
                is_read=is_read,
                is_shown=is_read or is_error,
            )
        )
    return boxes


def _true_boxes(
    result: Result, errors: PictureErrors, breakage: "Breakage", concerned: set[int]
) -> list[CardBox]:
    target = result[1]
    missed = set(errors.missed.tolist())
    digits = [str(label_to_digit(label)) for label in target["labels"].tolist()]
    return [
        CardBox(
            box=_xyxy(box),
            text=digit,
            kind=str(Verdict.MISSED) if row in missed else TRUTH,
            digit=digit,
            breaks=row in missed and breakage.cause == Verdict.MISSED,
            is_shown=row in missed or row in concerned,
        )
        for row, (box, digit) in enumerate(zip(target["boxes"].tolist(), digits, strict=True))
    ]


def _xyxy(box: Sequence[float]) -> Box:
    return box[0], box[1], box[2], box[3]


def _score_text(score: float) -> str:
    return f"{score:.2f}".removeprefix("0")
