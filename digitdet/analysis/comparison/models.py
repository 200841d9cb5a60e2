"""Compares the readings, boxes and errors of two models on the same pictures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.breaking import find_breakages
from digitdet.analysis.curves import best_threshold, rank_detections, threshold_curve
from digitdet.analysis.errors import count_errors, find_errors
from digitdet.analysis.mending import Reader, reading_level
from digitdet.analysis.resampling import RESAMPLES, compare_precision
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.number_figures import PictureReading, number_figures
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result
from digitdet.evaluation.significance import Comparison, Estimate, compare_shares, mcnemar


class ReadBy(StrEnum):
    """Which of two models, A and B, read a picture's number."""

    BOTH = "both"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    NEITHER = "neither"


@dataclass(frozen=True)
class Model:
    """What is compared.

    Attributes:
        name: How it is called.
        results: Its prediction and the target of each picture.
        reader: What reads its numbers.
    """

    name: str
    results: Sequence[Result]
    reader: Reader


@dataclass(frozen=True)
class ModelFindings:
    """What was found of one model.

    Attributes:
        name: How it is called.
        figures: All figures that an evaluation gives.
        readings: What was read in each picture.
        min_score: The score threshold of its best F1, from which on its errors are counted.
        errors: Kind of error -> how many.
        read_score: The lowest score that its reader looks at, from which on errors cost numbers.
        causes: What broke the numbers that only the other model reads -> how many.
    """

    name: str
    figures: dict[str, float]
    readings: list[PictureReading]
    min_score: float
    errors: dict[str, int]
    read_score: float
    causes: dict[str, int]

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """(P,) whether each picture's number is read."""
        return np.array([reading.is_right for reading in self.readings], dtype=bool)


@dataclass(frozen=True)
class ModelComparison:
    """Two models, A and B, on the same pictures.

    Attributes:
        a: What was found of the first.
        b: What was found of the second.
        accuracy: Number accuracy; differences are B less A.
        p_value: Of McNemar's exact test, two-sided.
        precision: ``map`` and ``map_50``; nothing where no picture has a digit.
    """

    a: ModelFindings
    b: ModelFindings
    accuracy: Comparison
    p_value: float
    precision: dict[str, Comparison]

    @property
    def read_by(self) -> list[ReadBy]:
        """Which model read each picture."""
        outcomes = {
            (True, True): ReadBy.BOTH,
            (True, False): ReadBy.ONLY_A,
            (False, True): ReadBy.ONLY_B,
            (False, False): ReadBy.NEITHER,
        }
        pairs = zip(self.a.readings, self.b.readings, strict=True)
        return [outcomes[a.is_right, b.is_right] for a, b in pairs]

    @property
    def counts(self) -> dict[ReadBy, int]:
        """How many pictures are read by whom."""
        counted = Counter(self.read_by)
        return {outcome: counted[outcome] for outcome in ReadBy}

    @property
    def num_pictures(self) -> int:
        """How many pictures were compared."""
        return len(self.a.readings)


def compare_models(
    a: Model, b: Model, *, truth: str = "file", seed: int = 0, resamples: int = RESAMPLES
) -> ModelComparison:
    """Compare two models.

    Args:
        a: The first.
        b: The second.
        truth: Order of the true digits, see `true_numbers`.
        seed: Of the resamples.
        resamples: How many to draw for the intervals of average precision.

    Raises:
        ValueError: If there are no pictures, or the models' pictures are not the same.
    """
    _check_pictures(a.results, b.results)
    readings = [
        [read_picture(*result, model.reader, truth) for result in model.results] for model in (a, b)
    ]
    found_a = _find(a, readings[0], readings[1], truth)
    found_b = _find(b, readings[1], readings[0], truth)
    right_a, right_b = found_a.is_right, found_b.is_right
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    precision = compare_precision(a.results, b.results, seed, resamples)
    return ModelComparison(
        a=found_a,
        b=found_b,
        accuracy=compare_shares(right_a, right_b, seed),
        p_value=mcnemar(only_a, only_b),
        precision={
            name: _with_values(one, found_a.figures[name], found_b.figures[name])
            for name, one in precision.items()
        },
    )


def _check_pictures(a: Sequence[Result], b: Sequence[Result]) -> None:
    if not a:
        raise ValueError("there are no pictures to compare models on")
    if [target["image_id"] for _, target in a] != [target["image_id"] for _, target in b]:
        raise ValueError("both models have to be judged on the same pictures, in the same order")


def _find(
    model: Model, readings: list[PictureReading], others: list[PictureReading], truth: str
) -> ModelFindings:
    figures = DigitMetric().compute_metrics(list(model.results)) | number_figures(readings)
    ranked = rank_detections(model.results, find_errors(model.results))
    # -1 where no detection is right: then all of them count.
    min_score = max(best_threshold(threshold_curve(ranked)).threshold, 0.0)
    lost = [
        result
        for result, own, other in zip(model.results, readings, others, strict=True)
        if other.is_right and not own.is_right
    ]
    read_score = reading_level(model.reader)
    lost_errors = find_errors(lost, min_score=read_score)
    breakages = find_breakages(lost, lost_errors, model.reader, truth=truth)
    errors = count_errors(find_errors(model.results, min_score=min_score))
    return ModelFindings(
        name=model.name,
        figures=figures,
        readings=readings,
        min_score=min_score,
        errors={str(kind): count for kind, count in errors.items()},
        read_score=read_score,
        causes=dict(Counter(str(found.cause) for found in breakages)),
    )


def _with_values(comparison: Comparison, a: float, b: float) -> Comparison:
    """Put an evaluation's figures for the measured ones: sums of another order end otherwise."""
    values = {"first": a, "second": b, "difference": b - a}
    estimates: dict[str, Estimate] = {
        name: replace(getattr(comparison, name), value=value) for name, value in values.items()
    }
    return Comparison(**estimates)
