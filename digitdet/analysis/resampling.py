"""Average precision on resamples of pictures, without matching anew.

`hotcoco.compare` (1.3) does not serve: a picture that a resample holds several times counts once
there, and its intervals come out about a fifth too narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.matching import (
    BoolArray,
    PictureBoxes,
    counted,
    match,
    overlaps,
    picture_boxes,
)
from digitdet.console import track
from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.evaluation.coco.settings import IOU_THRESHOLDS, LABELS, RECALL_THRESHOLDS
from digitdet.evaluation.results import Result
from digitdet.evaluation.significance import Comparison, compare_samples

RESAMPLES = 1000
FIGURES = ("map", "map_50")
_AT_ONCE = 50  # resamples: of 13,000 pictures with 100 detections each, 50 MB
_LEAST = np.spacing(1)  # against a division by 0, as in COCO's evaluation

Weights = NDArray[np.int32]


@dataclass(frozen=True)
class RankedLabel:
    """The detections of one digit by falling score, each right or not, and the truth to find.

    Of equal scores, the order is COCO's: that of the pictures' ids. What follows the last right
    detection is left out: precision at a recall that is reached does not depend on it.

    Attributes:
        pictures: (M,) int64, the position of each detection's picture.
        is_right: (T, M) bool, whether each found a true digit of its own, at each IoU threshold.
        is_ignored: (T, M) bool, whether it lies on a crowd box, so that it counts as nothing.
        num_true: (P,) int64, how many true digits each picture has, crowd boxes left out.
    """

    pictures: IntArray
    is_right: BoolArray
    is_ignored: BoolArray
    num_true: IntArray


def rank_labels(results: Sequence[Result]) -> list[RankedLabel]:
    """Match a split's detections once, at each of COCO's IoU thresholds, and rank them.

    Args:
        results: Prediction and target of each picture.

    Returns:
        The detections of each of the 10 digits.

    Raises:
        ValueError: If a box or score of a detection is not finite.
    """
    boxes = picture_boxes(results)
    by_id = sorted(range(len(results)), key=lambda row: results[row][1]["image_id"])
    flags = [_match(boxes[row]) for row in by_id]
    owners = np.repeat(by_id, [len(boxes[row].scores) for row in by_id])
    is_right, is_ignored = (
        np.concatenate([pair[which] for pair in flags], axis=1) for which in (0, 1)
    )
    scores = np.concatenate([boxes[row].scores for row in by_id])
    labels = np.concatenate([boxes[row].found_labels for row in by_id])
    order = np.argsort(-scores, kind="stable")
    return [
        _rank(label, boxes, order[labels[order] == label], owners, is_right, is_ignored)
        for label in LABELS
    ]


def _match(picture: PictureBoxes) -> tuple[BoolArray, BoolArray]:
    """Return (T, M) which detections are right, and which are ignored, at each IoU threshold."""
    ious, is_counted = overlaps(picture), counted(picture, 0.0)
    partners = np.stack([match(picture, ious, is_counted, float(iou)) for iou in IOU_THRESHOLDS])
    is_matched = partners >= 0
    is_right = is_matched & np.append(picture.is_to_find, False)[partners]
    return is_right, ~is_counted | (is_matched & ~is_right)


def _rank(
    label: int,
    boxes: Sequence[PictureBoxes],
    ranks: IntArray,
    owners: IntArray,
    is_right: BoolArray,
    is_ignored: BoolArray,
) -> RankedLabel:
    reached = np.flatnonzero(is_right[:, ranks].any(axis=0))
    ranks = ranks[: reached[-1] + 1] if len(reached) else ranks[:0]
    num_true = [((one.truth_labels == label) & one.is_to_find).sum() for one in boxes]
    return RankedLabel(
        pictures=owners[ranks],
        is_right=is_right[:, ranks],
        is_ignored=is_ignored[:, ranks],
        num_true=np.array(num_true, dtype=np.int64),
    )


def average_precision(ranked: RankedLabel, weights: Weights) -> FloatArray:
    """Compute a digit's average precision where each picture counts several times.

    Exactly what COCO's evaluation gives of a split that holds each picture so often: the copies of
    a detection rank behind one another, and precision is taken at its best from a recall on.

    Args:
        ranked: Detections and truth.
        weights: (R, P) how often each picture counts, in each of R resamples.

    Returns:
        (T, R) float64, at each IoU threshold; NaN where a resample has no such digit.
    """
    num_true = weights @ ranked.num_true
    drawn = weights[:, ranked.pictures]
    found = np.cumsum(drawn, axis=1)
    values = np.full((len(IOU_THRESHOLDS), len(weights)), np.nan)
    has_truth = num_true > 0
    for row, (is_right, is_ignored) in enumerate(
        zip(ranked.is_right, ranked.is_ignored, strict=True)
    ):
        counts = found - np.cumsum(drawn * is_ignored, axis=1) if is_ignored.any() else found
        right = np.cumsum(drawn[:, is_right], axis=1)
        precision = right / (counts[:, is_right] + _LEAST)
        means = _mean_precision(right / np.maximum(num_true, 1)[:, None], precision)
        values[row, has_truth] = means[has_truth]
    return values


def _mean_precision(recall: FloatArray, precision: FloatArray) -> FloatArray:
    """Return (R,) the mean of precision at COCO's 101 recalls, of (R, N) curves."""
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    best = np.column_stack([best, np.zeros(len(best))])  # a recall that is not reached
    reached = np.stack([np.searchsorted(row, RECALL_THRESHOLDS) for row in recall])
    means: FloatArray = np.take_along_axis(best, reached, axis=1).mean(axis=1)
    return means


def mean_precisions(labels: Sequence[RankedLabel], weights: Weights) -> FloatArray:
    """Compute `FIGURES` where each picture counts several times.

    Args:
        labels: The detections of each digit.
        weights: (R, P) how often each picture counts, in each of R resamples.

    Returns:
        (2, R) float64; NaN where a resample has no digit at all.
    """
    values = np.stack([average_precision(ranked, weights) for ranked in labels])
    is_known = ~np.isnan(values[:, 0])
    sums = np.nansum(values, axis=0)
    with np.errstate(invalid="ignore"):
        means = sums / is_known.sum(axis=0)
    return np.stack([means.mean(axis=0), means[0]])


def draw_weights(num_pictures: int, resamples: int, rng: np.random.Generator) -> Weights:
    """Draw resamples of pictures, with replacement.

    Returns:
        (R, P) how often each resample holds each picture.
    """
    drawn = rng.integers(num_pictures, size=(resamples, num_pictures))
    counts = [np.bincount(row, minlength=num_pictures) for row in drawn]
    return np.array(counts, dtype=np.int32)


def compare_precision(
    first: Sequence[Result], second: Sequence[Result], seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Comparison]:
    """Compare the mean average precision of two models on the same pictures.

    A resample draws pictures with replacement, the same ones for both models. One that happens to
    hold no digit is left out.

    Args:
        first: Prediction and target of each picture, of the first model.
        second: The same pictures in the same order, of the second.
        seed: Of the resamples.
        resamples: How many to draw.

    Returns:
        The comparison of each of `FIGURES`; nothing where no picture has a digit.
    """
    models = [rank_labels(first), rank_labels(second)]
    if not any(ranked.num_true.any() for ranked in models[0]):
        return {}
    rng = np.random.default_rng(seed)
    samples = [_of_models(models, np.ones((1, len(first)), dtype=np.int32))]
    for start in track(range(0, resamples, _AT_ONCE), "resampling pictures"):
        weights = draw_weights(len(first), min(_AT_ONCE, resamples - start), rng)
        samples.append(_of_models(models, weights))
    values = np.concatenate(samples, axis=2)
    values = values[:, :, ~np.isnan(values[0, 0])]
    return {name: compare_samples(*values[:, row]) for row, name in enumerate(FIGURES)}


def _of_models(models: Sequence[Sequence[RankedLabel]], weights: Weights) -> FloatArray:
    """Return (2, 2, R): of each model, `mean_precisions`."""
    return np.stack([mean_precisions(labels, weights) for labels in models])
