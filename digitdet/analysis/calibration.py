"""How well confidences foretell what is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.number_figures import PictureReading, coverage

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """Confidence and accuracy in bins of confidence.

    Attributes:
        edges: (B + 1,) float64, of equal bins from 0 to 1; an edge begins its bin, 1 ends the last.
        counts: (B,) int64, how many answers lie in each.
        confidence: (B,) float64, their mean confidence; -1 where there are none.
        accuracy: (B,) float64, their share that is right; -1 where there are none.
        error: Expected calibration error: the mean over all answers of how far their bin's accuracy
            is from its confidence (Guo et al. 2017, On Calibration of Modern Neural Networks,
            arXiv 1706.04599, section 2); -1 where there are no answers.
    """

    edges: FloatArray
    counts: IntArray
    confidence: FloatArray
    accuracy: FloatArray
    error: float


def reliability(
    confidences: FloatArray, is_right: NDArray[np.bool_], num_bins: int = BINS
) -> Reliability:
    """Compare confidences with how often they are right.

    Args:
        confidences: (N,) 0 to 1.
        is_right: (N,) whether each answer is right.
        num_bins: Number of bins.
    """
    edges = np.linspace(0, 1, num_bins + 1)
    bins = np.digitize(confidences, edges[1:-1])
    counts = np.bincount(bins, minlength=num_bins)
    filled = counts > 0
    sums = np.bincount(bins, confidences, minlength=num_bins)
    right = np.bincount(bins, is_right, minlength=num_bins)
    error = float(np.abs(right - sums).sum() / counts.sum()) if filled.any() else -1.0
    most = np.maximum(counts, 1)
    return Reliability(
        edges=edges,
        counts=counts,
        confidence=np.where(filled, sums / most, -1.0),
        accuracy=np.where(filled, right / most, -1.0),
        error=error,
    )


@dataclass(frozen=True)
class CoverageCurve:
    """How many pictures are answered, and how many answers are right, from a confidence on.

    Attributes:
        confidences: (K,) float64, the least confidence that is answered, falling.
        coverage: (K,) float64, the share of pictures that are answered, rising.
        accuracy: (K,) float64, the share of the answers that is right.
        percent: The accuracy that is asked for, in per cent.
        best: The largest coverage at that accuracy; 0 where none has it, -1 without pictures.
        best_confidence: The least confidence that gives it; -1 where none does.
    """

    confidences: FloatArray
    coverage: FloatArray
    accuracy: FloatArray
    percent: int
    best: float
    best_confidence: float


def coverage_curve(
    confidences: FloatArray,
    is_right: NDArray[np.bool_],
    is_answered: NDArray[np.bool_],
    percent: int = 98,
) -> CoverageCurve:
    """Compute the accuracy over the coverage; see `coverage`, whose arguments it takes."""
    given = np.flatnonzero(is_answered)
    order = given[np.argsort(-confidences[given], kind="stable")]
    ordered = confidences[order]
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True)[: len(order)])
    covered = (last + 1) / max(len(confidences), 1)
    best = coverage(confidences, is_right, is_answered, percent)
    at = np.flatnonzero(covered == best)
    return CoverageCurve(
        confidences=ordered[last],
        coverage=covered,
        accuracy=np.cumsum(is_right[order])[last] / (last + 1),
        percent=percent,
        best=best,
        best_confidence=float(ordered[last][at[0]]) if len(at) else -1.0,
    )


@dataclass(frozen=True)
class NumberCalibration:
    """How well the confidences of numbers foretell which are right.

    Attributes:
        reliability: Of the numbers that were read.
        coverage: Accuracy over coverage of all pictures.
    """

    reliability: Reliability
    coverage: CoverageCurve


def calibrate_numbers(pictures: Sequence[PictureReading]) -> NumberCalibration:
    """Compare the confidences of the numbers read with the truth."""
    is_right = np.array([picture.is_right for picture in pictures], dtype=bool)
    confidences = np.array([picture.confidence for picture in pictures], dtype=np.float64)
    is_answered = np.array([bool(picture.read) for picture in pictures], dtype=bool)
    return NumberCalibration(
        reliability=reliability(confidences[is_answered], is_right[is_answered]),
        coverage=coverage_curve(confidences, is_right, is_answered),
    )
