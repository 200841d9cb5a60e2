"""What results would be worth if errors of one kind were mended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from digitdet.analysis.corrections import drop_missed, mend_detections, mend_to_read, rows_of
from digitdet.analysis.errors import ERROR_KINDS, PictureErrors, Verdict, count_errors
from digitdet.evaluation.coco.arrays import to_arrays
from digitdet.evaluation.coco.backends import find_backend
from digitdet.evaluation.coco.figures import mean
from digitdet.evaluation.coco.settings import ENDLESS, SizeRanges
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result
from digitdet.readers.thresholds import lowest_threshold
from digitdet.structures import Number, Prediction, Target

Reader = Callable[[Prediction], list[Number]]
_ALL_SIZES = SizeRanges("area", ("all",), ((0, ENDLESS),))


@dataclass(frozen=True)
class Mending:
    """What mending the errors of one kind, and nothing else, would give.

    Attributes:
        kind: The kind.
        count: How many there are, of all scores.
        count_above: How many there are where detections that score too little to be read are left
            out: fewer false detections, more missed digits.
        map: Mean average precision afterwards, 0 to 1.
        map_50: The same at an IoU of .5.
        number_accuracy: Share of pictures whose number is then read; -1 where there are none.
    """

    kind: Verdict
    count: int
    count_above: int
    map: float
    map_50: float
    number_accuracy: float


def reading_level(reader: Reader) -> float:
    """Return the lowest score that a reader looks at; 0 where it does not tell."""
    level = lowest_threshold(reader)
    return 0.0 if level is None else level


def mend(results: Sequence[Result], errors: Sequence[PictureErrors], kind: Verdict) -> list[Result]:
    """Mend all errors of a kind, as TIDE does for average precision.

    Missed true boxes are dropped; for the others see `mend_detections`.

    At an IoU of .5 this gives the average precision of tidecv, but in two rare cases, since COCO's
    matching is done anew: a digit that is put right may overlap another true box of that digit
    more and take it from a less sure detection, and where more than 100 detections of a digit lie
    in a picture, others move up as some are dropped. hotcoco's ``tide_errors`` differs for three
    kinds: it counts each wrong digit as right without moving it to its digit, it counts several
    detections of one true box as right, and it adds missed boxes instead of dropping them.

    Args:
        results: Prediction and target of each picture.
        errors: Their errors, see `find_errors`.
        kind: One of `ERROR_KINDS`.

    Returns:
        New results; of pictures without such an error, the same.
    """
    return [
        _mend_boxes(*result, picture, kind) for result, picture in zip(results, errors, strict=True)
    ]


def _mend_boxes(
    prediction: Prediction, target: Target, errors: PictureErrors, kind: Verdict
) -> Result:
    if kind is Verdict.MISSED:
        return prediction, drop_missed(target, errors) if len(errors.missed) else target
    rows = rows_of(errors, kind)
    return (mend_detections(prediction, target, errors, rows) if len(rows) else prediction), target


def mending_table(
    results: Sequence[Result],
    errors: Sequence[PictureErrors],
    read_errors: Sequence[PictureErrors],
    is_right: Sequence[bool],
    reader: Reader,
    *,
    truth: str = "file",
) -> list[Mending]:
    """Mend each kind of error by itself.

    Args:
        results: Prediction and target of each picture.
        errors: The errors of each picture in detections of all scores, which count for average
            precision.
        read_errors: Those in detections from `reading_level` on, which count for the numbers.
        is_right: Whether the number of each picture is read as it is.
        reader: What reads the numbers.
        truth: Order of the true digits, see `true_numbers`.

    Returns:
        One for each of `ERROR_KINDS`, in their order.
    """
    counts, read_counts = count_errors(errors), count_errors(read_errors)
    table = []
    for kind in ERROR_KINDS:
        average = _average_precisions(mend(results, errors, kind))
        accuracy = _mended_accuracy(results, read_errors, kind, is_right, reader, truth)
        table.append(Mending(kind, counts[kind], read_counts[kind], *average, accuracy))
    return table


def _average_precisions(results: Sequence[Result]) -> tuple[float, float]:
    """Return the mean average precision, and that at an IoU of .5, as `DigitMetric` does."""
    curves = find_backend("auto").compute_curves(to_arrays(results), _ALL_SIZES)
    precision = curves.precision[:, :, :, 0, -1]
    return mean(precision), mean(precision[0])


def _mended_accuracy(
    results: Sequence[Result],
    errors: Sequence[PictureErrors],
    kind: Verdict,
    is_right: Sequence[bool],
    reader: Reader,
    truth: str,
) -> float:
    """Read the pictures that hold errors of a kind again; the others are read as before."""
    now = np.array(is_right, dtype=bool)
    for index, ((prediction, target), picture) in enumerate(zip(results, errors, strict=True)):
        rows = rows_of(picture, kind)
        if len(rows):
            mended = mend_to_read(prediction, target, picture, kind, rows)
            now[index] = read_picture(mended, target, reader, truth).is_right
    return float(now.mean()) if len(now) else -1.0
