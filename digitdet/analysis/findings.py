"""All that an analysis finds in the predictions of a split."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from digitdet.analysis.breaking import READING, SEVERAL, UNSURE, Breakage, find_breakages
from digitdet.analysis.calibration import (
    NumberCalibration,
    Reliability,
    calibrate_numbers,
    reliability,
)
from digitdet.analysis.confusion import confusion_matrix, confusion_pairs
from digitdet.analysis.curves import (
    ALL_DIGITS,
    DetectionCurves,
    detection_curves,
    rank_detections,
)
from digitdet.analysis.errors import (
    ERROR_KINDS,
    PictureErrors,
    Verdict,
    count_errors,
    find_errors,
)
from digitdet.analysis.mending import Mending, Reader, mending_table, reading_level
from digitdet.analysis.pairs import ConfusedPair, confused_pairs
from digitdet.analysis.strata import Stratum, digits_by_height, numbers_by_stratum
from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.number_figures import number_figures, number_notes
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result

OTHER_CAUSES = (SEVERAL, UNSURE, READING)


@dataclass(frozen=True)
class Findings:
    """What was found.

    Attributes:
        figures: All figures that an evaluation gives.
        notes: Name of a figure -> why it is -1.
        min_score: The score from which on detections count for what one sees.
        errors: The errors of each picture, in detections that score so much.
        reading_level: The lowest score that the reader looks at; 0 where it does not tell.
        read_errors: The errors of each picture, in detections that score so much.
        mendings: What mending each kind of error would give.
        breakages: Whether each picture's number is right, and what broke it.
        matrix: (11, 11) counts, see `confusion_matrix`.
        pairs: The digits that are taken for others.
        curves: At an IoU of .5.
        reliability: Of the detections' scores.
        calibration: Of the numbers' confidences.
        digits: True digits that are found, by height.
        numbers: What numbers are parted by -> the parts, and how many are right.
    """

    figures: dict[str, float]
    notes: dict[str, str]
    min_score: float
    errors: list[PictureErrors]
    reading_level: float
    read_errors: list[PictureErrors]
    mendings: list[Mending]
    breakages: list[Breakage]
    matrix: IntArray
    pairs: list[ConfusedPair]
    curves: DetectionCurves
    reliability: Reliability
    calibration: NumberCalibration
    digits: list[Stratum]
    numbers: dict[str, list[Stratum]]

    @property
    def num_broken(self) -> int:
        """How many pictures' numbers are wrong."""
        return sum(not breakage.is_right for breakage in self.breakages)

    @property
    def causes(self) -> dict[str, int]:
        """What breaks numbers -> how many: each kind of error, then `OTHER_CAUSES`."""
        counts = Counter(str(breakage.cause) for breakage in self.breakages)
        return {str(cause): counts[str(cause)] for cause in (*ERROR_KINDS, *OTHER_CAUSES)}

    @property
    def counts(self) -> dict[Verdict, int]:
        """Kind of error -> how many there are from ``min_score`` on."""
        return count_errors(self.errors)


def find_all(
    results: Sequence[Result],
    reader: Reader,
    contrasts: FloatArray,
    *,
    truth: str = "file",
    min_score: float | None = None,
) -> Findings:
    """Analyze the predictions of a split.

    Args:
        results: Prediction and target of each picture.
        reader: What reads the numbers.
        contrasts: Contrast of each picture's number, see `measure_contrasts`.
        truth: Order of the true digits, see `true_numbers`.
        min_score: The score from which on detections count for what one sees; None for that of the
            best F1, or 0 where no detection is right.
    """
    boxes = DigitMetric()
    figures = boxes.compute_metrics(list(results))
    pictures = [read_picture(*result, reader, truth) for result in results]
    of_numbers = number_figures(pictures)
    all_errors = find_errors(results)
    ranked = rank_detections(results, all_errors)
    curves = detection_curves(ranked)
    level = max(curves.best[ALL_DIGITS].threshold, 0.0) if min_score is None else min_score
    errors = find_errors(results, min_score=level)
    reading = reading_level(reader)
    read_errors = find_errors(results, min_score=reading)
    breakages = find_breakages(results, read_errors, reader, truth=truth)
    breaking = breaking_detections(breakages)
    return Findings(
        figures=figures | of_numbers,
        notes=boxes.notes | number_notes(of_numbers),
        min_score=level,
        errors=errors,
        reading_level=reading,
        read_errors=read_errors,
        mendings=mending_table(
            results,
            all_errors,
            read_errors,
            [picture.is_right for picture in pictures],
            reader,
            truth=truth,
        ),
        breakages=breakages,
        matrix=confusion_matrix(results, min_score=level),
        pairs=confused_pairs(results, confusion_pairs(results, min_score=level), breaking),
        curves=curves,
        reliability=reliability(ranked.scores, ranked.is_right),
        calibration=calibrate_numbers(pictures),
        digits=digits_by_height(results, errors),
        numbers=numbers_by_stratum(pictures, contrasts),
    )


def breaking_detections(breakages: Sequence[Breakage]) -> set[tuple[int, int]]:
    """Return picture and row of each detection that breaks a number by itself."""
    return {
        (picture, row)
        for picture, breakage in enumerate(breakages)
        if breakage.cause != Verdict.MISSED
        for row in breakage.rows.tolist()
    }
