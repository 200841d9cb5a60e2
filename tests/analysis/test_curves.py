"""Curves over the score, against COCO's own evaluation and by hand."""

import numpy as np
import pytest
import torch
from evaluation.made_splits import Sample, draw_split, evaluate, sample, tie
from hypothesis import given
from hypothesis import strategies as st

from digitdet.analysis.curves import (
    ALL_DIGITS,
    BestThreshold,
    DetectionCurves,
    best_threshold,
    detection_curves,
    rank_detections,
    threshold_curve,
)
from digitdet.analysis.errors import find_errors
from digitdet.evaluation.coco.arrays import to_arrays
from digitdet.evaluation.coco.backends import find_backend
from digitdet.evaluation.coco.settings import AREAS


def curves_of(split: list[Sample]) -> DetectionCurves:
    return detection_curves(rank_detections(split, find_errors(split)))


def split_of(*scores: float, labels: list[int], true: list[int]) -> list[Sample]:
    """One picture: true digits side by side, and detections of the first ones, in their places."""
    places = torch.tensor([[20.0 * x, 0, 20 * x + 10, 20] for x in range(20)])
    return [
        sample(
            1,
            places[: len(true)],
            torch.tensor(true, dtype=torch.int64),
            places[: len(scores)],
            torch.tensor(labels, dtype=torch.int64),
            torch.tensor(scores),
        )
    ]


def test_without_pictures_truth_or_detections_there_is_no_average_and_no_best_threshold() -> None:
    for split in ([], split_of(labels=[], true=[]), split_of(0.5, labels=[3], true=[])):
        curves = curves_of(split)
        assert curves.best[ALL_DIGITS] == BestThreshold(-1, -1, -1, -1)
        assert curves.average_precision(ALL_DIGITS) == -1
        assert curves.average_precision("2") == -1
        assert set(curves.num_true.values()) == {0}
    missed = curves_of(split_of(labels=[], true=[3]))
    assert missed.average_precision("2") == missed.average_precision(ALL_DIGITS) == 0
    assert missed.average_precision("3") == -1
    assert missed.best[ALL_DIGITS].threshold == -1


@pytest.mark.parametrize("levels", [0, 4])
@pytest.mark.parametrize("crowd", [0.0, 0.3])
def test_the_average_precision_is_that_of_the_evaluation(levels: int, crowd: float) -> None:
    split = draw_split(seed=3, num_pictures=60, crowd=crowd)
    split = tie(split, levels) if levels else split
    curves, arrays = curves_of(split), to_arrays(split)
    assert curves.average_precision(ALL_DIGITS) == pytest.approx(
        evaluate(split)["map_50"], rel=1e-12
    )
    expected = find_backend("pycocotools").compute_curves(arrays, AREAS).precision[0, :, :, 0, -1]
    for position, curve in enumerate(curves.precision.values()):
        np.testing.assert_allclose(curve, expected[:, position], rtol=0, atol=1e-12)


@given(seed=st.integers(0, 1000), pictures=st.integers(1, 8), levels=st.integers(1, 6))
def test_each_threshold_counts_what_passes_it(seed: int, pictures: int, levels: int) -> None:
    split = tie(draw_split(seed, pictures), levels)
    num_true = sum(len(target["labels"]) for _, target in split)
    ranked = rank_detections(split, find_errors(split))
    curve = threshold_curve(ranked)
    assert curve.thresholds.tolist() == sorted(set(ranked.scores.tolist()), reverse=True)
    for row, threshold in enumerate(curve.thresholds):
        # The slow way: what scores less is thrown away, and the rest is matched anew.
        errors = find_errors(split, min_score=threshold)
        found = [verdict for picture in errors for verdict in picture.verdicts]
        right = found.count("right")
        passed = len(found) - found.count("ignored")
        assert curve.precision[row] == pytest.approx(right / passed)
        assert curve.recall[row] == pytest.approx(right / max(num_true, 1))
        assert curve.f1[row] == pytest.approx(2 * right / (passed + num_true))


def test_the_best_threshold_is_the_highest_of_equally_good_ones() -> None:
    # 1 of 1: F1 2 / 4; 1 of 2: 2 / 5; 2 of 3: 4 / 6; 2 of 4: 4 / 7; 3 of 6: 6 / 9, as good.
    labels = [1, 9, 2, 9, 9, 3]
    split = split_of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, labels=labels, true=[1, 4, 2, 5, 6, 3])
    keep, target = torch.tensor([0, 2, 5]), split[0][1]
    target |= {key: target[key][keep] for key in ("boxes", "labels", "iscrowd")}
    best = best_threshold(threshold_curve(rank_detections(split, find_errors(split))))
    assert best.threshold == pytest.approx(0.7)
    assert best.f1 == pytest.approx(2 / 3)
    assert best.precision == pytest.approx(2 / 3)
    assert best.recall == pytest.approx(2 / 3)


def test_digits_are_judged_apart() -> None:
    curves = curves_of(split_of(0.9, 0.8, labels=[1, 10], true=[1, 2]))
    assert [curves.num_true[name] for name in (ALL_DIGITS, "0", "1", "9")] == [2, 1, 1, 0]
    assert [curves.average_precision(digit) for digit in ("0", "1", "9")] == pytest.approx(
        [1, 0, -1]
    )
    assert curves.average_precision(ALL_DIGITS) == pytest.approx(0.5)
    assert curves.best["0"].threshold == pytest.approx(0.9)
    assert curves.best["1"].threshold == -1
