"""How far confidences, before and after their calibration, say what is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitdet.analysis.calibration import (
    NumberCalibration,
    Reliability,
    coverage_curve,
    reliability,
)
from digitdet.analysis.judged_numbers import BoolArray, JudgedNumbers
from digitdet.analysis.strata import wilson_interval
from digitdet.calibration import LEAST, Calibration, fit_calibration
from digitdet.evaluation.coco.arrays import FloatArray

LEVELS = (0.5, 0.8, 0.9, 0.95)
KEPT, BY_CHANCE, BROKEN, UNKNOWN = "kept", "within chance", "broken", "no answer"


@dataclass(frozen=True)
class Promise:
    """What comes of answering with numbers of a least confidence alone.

    Attributes:
        min_confidence: The least confidence: that share of the answers is promised to be right.
        answered: The share of pictures with an answer; -1 without pictures.
        numbers: How many numbers are left.
        right: How many of these are right.
    """

    min_confidence: float
    answered: float
    numbers: int
    right: int

    @property
    def share(self) -> float:
        """The share of the numbers that is right; -1 where there are none."""
        return self.right / self.numbers if self.numbers else -1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of that share; (-1, -1) where there are none."""
        return wilson_interval(self.right, self.numbers)

    @property
    def verdict(self) -> str:
        """Whether the promise is kept, and if not, whether that may be chance."""
        if not self.numbers:
            return UNKNOWN
        if self.share >= self.min_confidence:
            return KEPT
        return BY_CHANCE if self.interval[1] >= self.min_confidence else BROKEN


@dataclass(frozen=True)
class ConfidenceFigures:
    """What is known of the confidences of a split's numbers.

    Attributes:
        before: Of the product of the digits' scores.
        after: Of the probabilities, with the accuracy over the coverage of all pictures.
        loss_before: Mean log loss (in nats) of the product of the scores; -1 without numbers.
        loss_after: The same of the probabilities.
        promises: What comes of answering from each of `LEVELS` on.
        promises_before: The same with the product of the scores.
    """

    before: Reliability
    after: NumberCalibration
    loss_before: float
    loss_after: float
    promises: Sequence[Promise]
    promises_before: Sequence[Promise]


def calibrated(judged: JudgedNumbers, calibration: Calibration) -> FloatArray:
    """Return (N,) float64, the probability of each number that it is right."""
    return np.array([calibration.apply(one) for one in judged.confidences], dtype=np.float64)


def cross_fitted(judged: JudgedNumbers, folds: int, seed: int) -> FloatArray:
    """Return each number's probability by a calibration that was fitted on other pictures.

    Args:
        judged: The numbers.
        folds: Into how many parts the pictures are split; one that a calibration is fitted without
            is judged by it.
        seed: Decides which picture is in which part.

    Returns:
        (N,) float64, 0 to 1.

    Raises:
        ValueError: If ``folds`` is not 2 or more, ``seed`` is negative, or the pictures of one part
            alone have numbers.
    """
    if folds < 2:
        raise ValueError(f"folds has to be 2 or more, got {folds}")
    if seed < 0:
        raise ValueError(f"seed has to be 0 or more, got {seed}")
    order = np.random.default_rng(seed).permutation(judged.num_pictures)
    fold_of = np.empty(judged.num_pictures, dtype=np.int64)
    fold_of[order] = np.arange(judged.num_pictures) % folds
    folds_of_numbers = fold_of[judged.pictures]
    found = np.zeros(len(judged.confidences))
    for fold in np.unique(folds_of_numbers):
        is_out = folds_of_numbers == fold
        if is_out.all():
            raise ValueError(
                f"numbers were read in one of {folds} parts of the pictures alone, so that nothing "
                "is left to judge by; take more pictures"
            )
        fitted = fit_calibration(judged.confidences[~is_out], judged.is_right[~is_out])
        found[is_out] = [fitted.apply(one) for one in judged.confidences[is_out]]
    return found


def confidence_figures(
    judged: JudgedNumbers, probabilities: FloatArray, calibration: Calibration
) -> ConfidenceFigures:
    """Compute all figures of a split's confidences.

    Args:
        judged: Its numbers.
        probabilities: (N,) those of its numbers, by calibrations that do not know them.
        calibration: What ranks the numbers for the coverage. It keeps the order of the products, so
            it may know them; several calibrations that were fitted in folds would mix it up.
    """
    is_answered = np.zeros(judged.num_pictures, dtype=bool)
    of_pictures = np.zeros(judged.num_pictures)
    first = judged.pictures[judged.is_first]
    is_answered[first] = True
    of_pictures[first] = calibrated(judged, calibration)[judged.is_first]
    return ConfidenceFigures(
        before=reliability(judged.confidences, judged.is_right),
        after=NumberCalibration(
            reliability=reliability(probabilities, judged.is_right),
            coverage=coverage_curve(of_pictures, judged.is_picture_right, is_answered),
        ),
        loss_before=_log_loss(judged.confidences, judged.is_right),
        loss_after=_log_loss(probabilities, judged.is_right),
        promises=[promise(judged, probabilities, level) for level in LEVELS],
        promises_before=[promise(judged, judged.confidences, level) for level in LEVELS],
    )


def promise(judged: JudgedNumbers, probabilities: FloatArray, level: float) -> Promise:
    """Leave out the numbers below a level, as ``min_confidence`` does, and count what is left."""
    is_left = probabilities >= level
    answered = len(np.unique(judged.pictures[is_left]))
    return Promise(
        min_confidence=level,
        answered=answered / judged.num_pictures if judged.num_pictures else -1.0,
        numbers=int(is_left.sum()),
        right=int(judged.is_right[is_left].sum()),
    )


def _log_loss(probabilities: FloatArray, is_right: BoolArray) -> float:
    if not len(probabilities):
        return -1.0
    bounded = np.clip(probabilities, LEAST, 1 - LEAST)
    return float(-np.log(np.where(is_right, bounded, 1 - bounded)).mean())
