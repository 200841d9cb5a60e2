"""Which errors break a number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from digitdet.analysis.corrections import find_all, mend_all_to_read, mend_to_read, rows_of
from digitdet.analysis.errors import ERROR_KINDS, PictureErrors, Verdict
from digitdet.analysis.mending import Reader
from digitdet.evaluation.coco.arrays import IntArray
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result
from digitdet.structures import Prediction, Target

SEVERAL, UNSURE, READING = "several", "unsure", "reading"


@dataclass(frozen=True)
class Breakage:
    """Why the number of a picture is not read.

    Attributes:
        is_right: Whether it is read.
        cause: "" where it is, else the first that holds: the value of a `Verdict` where mending the
            errors of that kind alone makes the number right (the first of `ERROR_KINDS`);
            ``"several"`` where mending all kinds together does; ``"unsure"`` where nothing does,
            since a digit scores too little beside the others, or is placed too loosely, to be read;
            ``"reading"`` where not even the true boxes are read as the true number.
        rows: Where the cause is a kind, the errors of that kind that all have to be mended: rows of
            the prediction, or of the true boxes that are missed; else (0,).
    """

    is_right: bool
    cause: str = ""
    rows: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def find_breakages(
    results: Sequence[Result],
    errors: Sequence[PictureErrors],
    reader: Reader,
    *,
    truth: str = "file",
) -> list[Breakage]:
    """Say for each picture whether its number is read, and if not, which errors are to blame.

    Args:
        results: Prediction and target of each picture.
        errors: The errors of each picture, in detections from `reading_level` on.
        reader: What reads the numbers.
        truth: Order of the true digits, see `true_numbers`.

    Returns:
        One for each picture, in the order of ``results``.
    """
    return [
        _find_breakage(*result, picture, reader, truth)
        for result, picture in zip(results, errors, strict=True)
    ]


def _find_breakage(
    prediction: Prediction, target: Target, errors: PictureErrors, reader: Reader, truth: str
) -> Breakage:
    def is_read(mended: Prediction) -> bool:
        return read_picture(mended, target, reader, truth).is_right

    def is_mended(kind: Verdict, rows: IntArray) -> bool:
        return is_read(mend_to_read(prediction, target, errors, kind, rows))

    if is_read(prediction):
        return Breakage(is_right=True)
    for kind in ERROR_KINDS:
        rows = rows_of(errors, kind)
        if len(rows) and is_mended(kind, rows):
            return Breakage(False, kind.value, _needed(rows, partial(is_mended, kind)))
    if is_read(mend_all_to_read(prediction, target, errors)):
        return Breakage(False, SEVERAL)
    return Breakage(False, UNSURE if is_read(find_all(target)) else READING)


def _needed(rows: IntArray, is_enough: Callable[[IntArray], bool]) -> IntArray:
    """Leave out the errors that need no mending, the least sure first; at least one stays."""
    for row in rows[::-1]:
        fewer = rows[rows != row]
        if is_enough(fewer):
            rows = fewer
    return rows
