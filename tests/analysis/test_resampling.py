"""Average precision on resamples of pictures, beside an evaluation of pictures drawn anew."""

import numpy as np
import pytest
import torch
from evaluation.made_splits import Sample, by_pycocotools, draw_split, evaluate, sample, tie
from numpy.typing import NDArray

from digitdet.analysis.resampling import (
    compare_precision,
    draw_weights,
    mean_precisions,
    rank_labels,
)


def repeat(split: list[Sample], counts: NDArray[np.int32]) -> list[Sample]:
    """A split that holds each picture so often; copies have ids that follow one another."""
    copies = []
    for (prediction, target), count in zip(split, counts.tolist(), strict=True):
        first = 1000 * target["image_id"]
        copies += [(prediction, {**target, "image_id": first + copy}) for copy in range(count)]
    return copies


def precisions(split: list[Sample], weights: NDArray[np.int32]) -> NDArray[np.float64]:
    return mean_precisions(rank_labels(split), weights)


def once(split: list[Sample]) -> NDArray[np.int32]:
    return np.ones((1, len(split)), dtype=np.int32)


def nothing(image_id: int, digits: int) -> Sample:
    """A picture with true digits, in which nothing is found."""
    boxes = torch.tensor([[4.0, 4, 9, 20]]).repeat(digits, 1)
    labels = torch.full((digits,), 3)
    none = torch.zeros(0)
    return sample(image_id, boxes, labels, none, none.long(), none)


def test_without_a_digit_there_is_nothing_to_compare() -> None:
    split = [nothing(image_id, 0) for image_id in (1, 2)]
    assert np.isnan(precisions(split, once(split))).all()
    assert compare_precision(split, split) == {}


def test_where_nothing_is_found_precision_is_zero() -> None:
    split = [nothing(1, 2)]
    assert precisions(split, once(split)).tolist() == [[0], [0]]
    found = compare_precision(split, split, resamples=10)["map"]
    assert (found.first.high, found.difference.low, found.difference.high) == (0, 0, 0)


@pytest.mark.parametrize("crowd", [0.0, 0.3])
def test_counting_each_picture_once_gives_the_figures_of_the_evaluation(crowd: float) -> None:
    for seed in range(4):
        split = draw_split(seed, 25, crowd=crowd)
        figures = evaluate(split)
        found = precisions(split, once(split))[:, 0]
        assert found == pytest.approx([figures["map"], figures["map_50"]], abs=1e-12)


def test_scores_that_are_equal_across_pictures_rank_as_in_the_evaluation() -> None:
    split = tie(draw_split(6, 40, extra=5), 3)
    figures = evaluate(split)
    found = precisions(split, once(split))[:, 0]
    assert found == pytest.approx([figures["map"], figures["map_50"]], abs=1e-12)


@pytest.mark.parametrize("crowd", [0.0, 0.3])
def test_weights_give_what_cocoeval_gives_of_pictures_that_are_there_so_often(
    crowd: float,
) -> None:
    split = draw_split(3, 30, crowd=crowd)
    weights = draw_weights(len(split), 8, np.random.default_rng(1))
    found = precisions(split, weights)
    for column, counts in zip(found.T, weights, strict=True):
        figures = by_pycocotools(repeat(split, counts), with_heights=False)
        assert column == pytest.approx([figures["map"], figures["map_50"]], abs=1e-12)


def test_more_than_a_hundred_detections_of_a_digit_are_cut_as_in_the_evaluation() -> None:
    rng = np.random.default_rng(2)
    corners = torch.tensor(rng.integers(0, 60, (130, 2)), dtype=torch.float32)
    boxes = torch.cat([corners, corners + 20], dim=1)
    scores = torch.linspace(0.9, 0.1, 130)
    labels = torch.full((130,), 5)
    split = [sample(1, boxes[60:], labels[60:], boxes, labels, scores), *draw_split(8, 5)]
    figures = evaluate(split)
    found = precisions(split, once(split))[:, 0]
    assert found == pytest.approx([figures["map"], figures["map_50"]], abs=1e-12)


def test_a_resample_draws_as_many_pictures_as_there_are() -> None:
    weights = draw_weights(12, 400, np.random.default_rng(0))
    assert (weights.sum(axis=1) == 12).all()
    assert np.abs(weights.mean(axis=0) - 1).max() < 0.2  # standard deviation 0.05
    assert (weights == 0).mean() == pytest.approx((1 - 1 / 12) ** 12, abs=0.03)


def test_the_interval_is_that_of_splits_drawn_picture_by_picture() -> None:
    first, second = draw_split(11, 30), draw_split(11, 30)
    second = [(reduce_scores(one, number), target) for number, (one, target) in enumerate(second)]
    found = compare_precision(first, second, seed=5, resamples=400)
    rng, differences = np.random.default_rng(99), []
    for _ in range(150):
        rows = rng.integers(30, size=30)
        counts = np.bincount(rows, minlength=30)
        pair = [evaluate(repeat(split, counts), batch_size=100) for split in (first, second)]
        differences.append([pair[1][name] - pair[0][name] for name in found])
    for name, values in zip(found, np.array(differences).T, strict=True):
        estimate, spread = found[name].difference, float(values.std())
        assert estimate.value != 0
        # An end of 150 resamples has a standard deviation of 0.2 spreads.
        expected = np.quantile(values, [0.025, 0.975])
        assert [estimate.low, estimate.high] == pytest.approx(expected, abs=0.6 * spread)


def reduce_scores(prediction: dict[str, torch.Tensor], number: int) -> dict[str, torch.Tensor]:
    """Another model's detections: in every third picture those of a label are missing."""
    kept = prediction["labels"] != (4 if number % 3 == 0 else 11)
    return {name: values[kept] for name, values in prediction.items()}


def test_swapping_the_models_turns_the_interval_around() -> None:
    first, second = draw_split(1, 20), tie(draw_split(1, 20), 2)
    one = compare_precision(first, second, seed=2, resamples=60)
    other = compare_precision(second, first, seed=2, resamples=60)
    for name, found in one.items():
        assert (found.first, found.second) == (other[name].second, other[name].first)
        assert found.difference.value == -other[name].difference.value
        assert found.difference.low == pytest.approx(-other[name].difference.high, abs=1e-12)


def test_the_same_model_twice_differs_by_nothing() -> None:
    split = draw_split(4, 15)
    for found in compare_precision(split, split, resamples=70).values():
        assert (found.difference.low, found.difference.value, found.difference.high) == (0, 0, 0)
        assert found.first == found.second


def test_one_picture_has_no_spread() -> None:
    split = [pair for pair in draw_split(0, 10) if len(pair[1]["labels"])][:1]
    found = compare_precision(split, split, resamples=10)["map"].first
    assert found.low == found.value == found.high


def test_resamples_without_a_digit_are_left_out() -> None:
    split = [*draw_split(12, 1), *(nothing(image_id, 0) for image_id in range(3))]
    assert len(split[0][1]["labels"])
    found = compare_precision(split, split, seed=1, resamples=60)["map"].first
    assert found.low == found.value == found.high


def test_the_order_of_the_pictures_changes_no_figure() -> None:
    split = tie(draw_split(5, 25), 4)
    mixed = [split[row] for row in np.random.default_rng(0).permutation(25)]
    assert (precisions(split, once(split)) == precisions(mixed, once(mixed))).all()
