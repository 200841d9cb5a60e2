"""Curves over the score of detections: precision and recall, and the threshold of the best F1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.errors import PictureErrors, Verdict
from digitdet.analysis.matching import picture_boxes
from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.coco.settings import LABELS, RECALL_THRESHOLDS
from digitdet.evaluation.results import Result
from digitdet.labels import DIGITS

ALL_DIGITS = "all"
_LEAST = np.spacing(1)  # against a division by 0, as in COCO's evaluation


@dataclass(frozen=True)
class RankedDetections:
    """The detections of a split by falling score, each right or not, and the truth to find.

    Of equal scores, the order is COCO's: that of the pictures' ids. What COCO ignores is left out.

    Attributes:
        scores: (M,) float64.
        labels: (M,) int64, 1 to 10.
        is_right: (M,) bool, whether each found a true digit of its own.
        num_true: Label -> how many true digits there are that COCO looks for.
    """

    scores: FloatArray
    labels: IntArray
    is_right: NDArray[np.bool_]
    num_true: dict[int, int]

    def of_label(self, label: int) -> "RankedDetections":
        """Return the detections and the truth of one label."""
        kept = self.labels == label
        num_true = {label: self.num_true[label]}
        return RankedDetections(self.scores[kept], self.labels[kept], self.is_right[kept], num_true)


@dataclass(frozen=True)
class ThresholdCurve:
    """Precision, recall and F1 of the detections that score at least a threshold.

    Attributes:
        thresholds: (K,) float64, the scores that occur, falling.
        precision: (K,) float64.
        recall: (K,) float64; 0 where there is no truth.
        f1: (K,) float64, the harmonic mean of the two.
    """

    thresholds: FloatArray
    precision: FloatArray
    recall: FloatArray
    f1: FloatArray


@dataclass(frozen=True)
class BestThreshold:
    """The score threshold of the best F1; all four are -1 where nothing is found rightly.

    Attributes:
        threshold: The score, the highest of equally good ones.
        f1: Its F1.
        precision: Its precision.
        recall: Its recall.
    """

    threshold: float = -1.0
    f1: float = -1.0
    precision: float = -1.0
    recall: float = -1.0


@dataclass(frozen=True)
class DetectionCurves:
    """The curves of a split at one IoU.

    Attributes:
        num_true: `ALL_DIGITS` and each digit -> how many true ones there are.
        best: The same -> the threshold of its best F1.
        precision: Digit -> (101,) float64, see `precision_at_recalls`.
        by_threshold: Of all digits together.
    """

    num_true: dict[str, int]
    best: dict[str, BestThreshold]
    precision: dict[str, FloatArray]
    by_threshold: ThresholdCurve

    @property
    def mean_precision(self) -> FloatArray:
        """(101,) the mean of the digits that there are; its mean is the mAP. All -1 without any."""
        known = [curve for curve in self.precision.values() if curve[0] > -1]
        return np.mean(known, axis=0) if known else np.full(len(RECALL_THRESHOLDS), -1.0)

    def average_precision(self, digit: str) -> float:
        """Return that of a digit, or of `ALL_DIGITS` the mean; -1 without truth."""
        curve = self.mean_precision if digit == ALL_DIGITS else self.precision[digit]
        return float(curve.mean())


def detection_curves(ranked: RankedDetections) -> DetectionCurves:
    """Compute the curves of all digits and of each."""
    of_digits = {digit: ranked.of_label(label) for digit, label in zip(DIGITS, LABELS, strict=True)}
    parts = {ALL_DIGITS: ranked, **of_digits}
    curves = {name: threshold_curve(part) for name, part in parts.items()}
    return DetectionCurves(
        num_true={name: sum(part.num_true.values()) for name, part in parts.items()},
        best={name: best_threshold(curve) for name, curve in curves.items()},
        precision={digit: precision_at_recalls(part) for digit, part in of_digits.items()},
        by_threshold=curves[ALL_DIGITS],
    )


def rank_detections(results: Sequence[Result], errors: Sequence[PictureErrors]) -> RankedDetections:
    """Rank the detections of a split.

    Args:
        results: Prediction and target of each picture.
        errors: What `find_errors` found in each, in detections of all scores.
    """
    order = np.argsort([target["image_id"] for _, target in results], kind="stable").tolist()
    every = picture_boxes(results)
    pictures = [every[row] for row in order]
    verdicts = [verdict for row in order for verdict in errors[row].verdicts]
    scores = _flat([picture.scores for picture in pictures], np.float64)
    labels = _flat([picture.found_labels for picture in pictures], np.int64)
    is_right = np.array([verdict is Verdict.RIGHT for verdict in verdicts], dtype=bool)
    is_counted = np.array([verdict is not Verdict.IGNORED for verdict in verdicts], dtype=bool)
    ranks = np.argsort(-scores, kind="stable")
    ranks = ranks[is_counted[ranks]]
    truth = _flat([picture.truth_labels[picture.is_to_find] for picture in pictures], np.int64)
    num_true = {label: int((truth == label).sum()) for label in LABELS}
    return RankedDetections(scores[ranks], labels[ranks], is_right[ranks], num_true)


def precision_at_recalls(ranked: RankedDetections) -> FloatArray:
    """Return the precision at COCO's 101 recalls, each the best at that recall or a higher one.

    Source: `COCOeval.accumulate` of pycocotools.

    Args:
        ranked: Detections and truth of one digit.

    Returns:
        (101,) float64, 0 where the recall is not reached; all -1 where there is no truth. Its mean
        is the average precision.
    """
    num_true = sum(ranked.num_true.values())
    if not num_true:
        return np.full(len(RECALL_THRESHOLDS), -1.0)
    right, wrong = np.cumsum(ranked.is_right), np.cumsum(~ranked.is_right)
    precision = right / (right + wrong + _LEAST)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(right / num_true, RECALL_THRESHOLDS, side="left")
    return np.append(best, 0.0)[reached]


def threshold_curve(ranked: RankedDetections) -> ThresholdCurve:
    """Compute precision, recall and F1 over the score threshold, of all digits together.

    Args:
        ranked: Detections and truth.
    """
    num_true = sum(ranked.num_true.values())
    # Equal scores pass a threshold together.
    last = np.flatnonzero(np.append(np.diff(ranked.scores) != 0, True)[: len(ranked.scores)])
    right, found = np.cumsum(ranked.is_right)[last], last + 1
    return ThresholdCurve(
        thresholds=ranked.scores[last],
        precision=right / found,
        recall=right / max(num_true, 1),
        f1=2 * right / (found + num_true),
    )


def best_threshold(curve: ThresholdCurve) -> BestThreshold:
    """Return the threshold of the best F1."""
    if not curve.f1.any():
        return BestThreshold()
    best = int(curve.f1.argmax())
    columns = (curve.thresholds, curve.f1, curve.precision, curve.recall)
    return BestThreshold(*(float(column[best]) for column in columns))


def _flat(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *arrays]).astype(dtype)
