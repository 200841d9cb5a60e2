"""Drawing pictures by weights, and weights that balance the digits."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from digitdet.datasets.resampling import balanced_weights, draw_epoch

WEIGHTS = st.lists(st.floats(0, 100), min_size=1, max_size=20)


@settings(deadline=None)
@given(WEIGHTS, st.integers(1, 60), st.integers(0, 9), st.integers(0, 9))
def test_each_picture_comes_as_often_as_its_weight_says_up_to_one(
    weights: list[float], number: int, seed: int, epoch: int
) -> None:
    assume(sum(weights) > 1e-3)
    shares = np.array(weights) / sum(weights) * number
    drawn = draw_epoch(np.array(weights), number, seed, epoch)
    assert len(drawn) == number
    counts = np.bincount(drawn, minlength=len(weights))
    assert (np.abs(counts - shares) < 1 + 1e-6).all()
    assert not counts[np.array(weights) == 0].any()


def test_an_epoch_comes_again_and_another_is_another() -> None:
    weights = np.arange(1.0, 41)
    first = draw_epoch(weights, 40, seed=3, epoch=5)
    np.testing.assert_array_equal(draw_epoch(weights, 40, seed=3, epoch=5), first)
    assert draw_epoch(weights, 40, seed=3, epoch=6).tolist() != first.tolist()
    assert draw_epoch(weights, 40, seed=4, epoch=5).tolist() != first.tolist()


def test_over_many_epochs_the_weights_are_met() -> None:
    weights = np.array([0.3, 1.7, 0.0, 1.0])
    drawn = [draw_epoch(weights, 3, seed=0, epoch=epoch) for epoch in range(2000)]
    counts = np.bincount(np.concatenate(drawn), minlength=4) / 2000
    np.testing.assert_allclose(counts, weights, atol=0.05)


def test_equal_weights_take_each_picture_once() -> None:
    assert sorted(draw_epoch(np.ones(50), 50, 1, 2).tolist()) == list(range(50))


@pytest.mark.parametrize("counts", [np.zeros((0, 11), int), np.zeros((3, 11), int)])
def test_pictures_without_boxes_weigh_the_same(counts: np.ndarray) -> None:
    assert balanced_weights(counts).tolist() == [1.0] * len(counts)


def test_balanced_labels_are_left_alone() -> None:
    np.testing.assert_allclose(balanced_weights(np.eye(5, dtype=int)), 1.0)


def test_one_frequent_label_is_balanced_as_by_hand() -> None:
    # Three pictures of label 1, one of label 2: exp(a) : exp(-a) with 3 exp(a) = exp(-a).
    weights = balanced_weights(np.array([[1, 0]] * 3 + [[0, 1]]))
    np.testing.assert_allclose(weights, [2 / 3, 2 / 3, 2 / 3, 2])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_every_label_is_expected_equally_often(seed: int) -> None:
    rng = np.random.default_rng(seed)
    often = rng.dirichlet(np.ones(6))
    counts = rng.multinomial(2, often, size=80)
    alone = np.eye(6, dtype=int)  # so that the labels can be made equal
    counts = np.concatenate([counts, alone])
    boxes = balanced_weights(counts) @ counts
    np.testing.assert_allclose(boxes, boxes.mean(), rtol=1e-4)


@pytest.mark.parametrize("counts", [[[1, 2], [0, 3]], [[5, 1, 0], [5, 0, 1], [9, 1, 1]]])
def test_what_cannot_be_balanced_stays_within_the_bound(counts: list[list[int]]) -> None:
    weights = balanced_weights(np.array(counts), max_ratio=4)
    assert np.isfinite(weights).all()
    assert (weights >= 1 / 4).all()
    assert (weights <= 4).all()
    assert weights.mean() == pytest.approx(1)


def test_the_bound_holds_where_single_pictures_hold_the_rare_labels() -> None:
    rows = np.eye(10, dtype=int)[[0] * 991 + list(range(1, 10))]
    weights = balanced_weights(rows, max_ratio=20)
    # Each of the nine comes 20 times; the other 991 share the rest.
    np.testing.assert_allclose(weights, [820 / 991] * 991 + [20] * 9)


@pytest.mark.real_data
def test_the_digits_of_svhn_are_balanced(real_data: Path) -> None:
    file = real_data.parent / "svhn-annotations" / "train.json.gz"
    content = json.loads(gzip.decompress(file.read_bytes()))
    rows = {image["id"]: row for row, image in enumerate(content["images"])}
    counts = np.zeros((len(rows), 11), dtype=np.int64)
    for box in content["annotations"]:
        counts[rows[box["image_id"]], box["category_id"]] += 1
    assert counts[:, 1:].sum(axis=0).max() > 2.9 * counts[:, 1:].sum(axis=0).min()
    weights = balanced_weights(counts)
    boxes = (weights @ counts)[1:]
    np.testing.assert_allclose(boxes, boxes.mean(), rtol=1e-6)
    assert 0.05 < weights.min() < weights.max() < 6
