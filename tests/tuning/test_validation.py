"""Cross-validation and the bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from digitdet.tuning.validation import assign_folds, choose, compare, cross_validate

Bools = NDArray[np.bool_]


@pytest.mark.parametrize(("pictures", "folds"), [(0, 2), (0, 0), (5, 1), (4, 5), (5, -1)])
def test_fewer_pictures_than_folds_and_fewer_folds_than_two_are_refused(
    pictures: int, folds: int
) -> None:
    with pytest.raises(ValueError, match=rf"at least 2 .* pictures \({pictures}\), got {folds}"):
        assign_folds(pictures, folds)


@given(st.integers(2, 60), st.data())
def test_folds_are_of_one_size(pictures: int, data: st.DataObject) -> None:
    folds = data.draw(st.integers(2, pictures))
    counts = np.bincount(assign_folds(pictures, folds), minlength=folds)
    assert len(counts) == folds
    assert counts.max() - counts.min() <= 1


def test_folds_follow_from_the_seed_and_are_mixed() -> None:
    one = assign_folds(100, 5, seed=3)
    assert (one == assign_folds(100, 5, seed=3)).all()
    assert (one != assign_folds(100, 5, seed=4)).any()
    assert (np.diff(one) < 0).sum() > 5


def test_of_equal_settings_the_first_is_chosen() -> None:
    assert choose(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]], dtype=bool)) == 1
    assert choose(np.zeros((3, 4), dtype=bool)) == 0


def slow_cross_validation(correct: Bools, folds: NDArray[np.int64]) -> tuple[list[int], list[bool]]:
    """Each fold in turn, in plain loops."""
    chosen, read = [], {}
    for fold in range(max(folds) + 1):
        best, most = 0, -1
        for setting, row in enumerate(correct):
            count = sum(bool(row[p]) for p in range(len(folds)) if folds[p] != fold)
            if count > most:
                best, most = setting, count
        chosen.append(best)
        read |= {p: bool(correct[best][p]) for p in range(len(folds)) if folds[p] == fold}
    return chosen, [read[p] for p in range(len(folds))]


@given(st.integers(1, 6), st.integers(2, 14), st.data())
def test_cross_validation_equals_plain_loops(
    settings: int, pictures: int, data: st.DataObject
) -> None:
    correct = data.draw(arrays(bool, (settings, pictures)))
    folds = assign_folds(
        pictures, data.draw(st.integers(2, pictures)), data.draw(st.integers(0, 9))
    )
    chosen, read = cross_validate(correct, folds)
    assert (chosen.tolist(), read.tolist()) == slow_cross_validation(correct, folds)


def test_what_is_chosen_by_chance_gains_nothing_under_cross_validation() -> None:
    correct = np.random.default_rng(1).random((200, 400)) < 0.5
    _, read = cross_validate(correct, assign_folds(400, 5))
    assert correct[choose(correct)].mean() > 0.55  # the best of 200 coins, on its own throws
    assert abs(read.mean() - 0.5) < 0.06


def test_figures_are_those_of_the_pictures() -> None:
    tuned = np.array([1, 1, 1, 0], dtype=bool)
    default = np.array([1, 0, 0, 0], dtype=bool)
    found = compare(tuned, default)
    values = (found.tuned.value, found.default.value, found.difference.value)
    assert values == (0.75, 0.25, 0.5)
    for estimate in (found.tuned, found.default, found.difference):
        assert estimate.low < estimate.value < estimate.high


def test_equal_readings_differ_by_nothing() -> None:
    read = np.array([1, 0, 1, 0, 0], dtype=bool)
    found = compare(read, read)
    assert (found.difference.low, found.difference.high) == (0, 0)
    assert found.tuned == found.default


def test_the_interval_follows_from_the_seed_and_not_from_the_order() -> None:
    rng = np.random.default_rng(0)
    tuned, default = rng.random((2, 5000)) < 0.6
    order = rng.permutation(5000)
    found = compare(tuned, default, seed=1)
    assert found == compare(tuned[order], default[order], seed=1)
    assert found != compare(tuned, default, seed=2)


def test_the_interval_is_that_of_pictures_drawn_one_by_one() -> None:
    rng = np.random.default_rng(7)
    default = rng.random(80) < 0.6
    tuned = np.where(rng.random(80) < 0.8, default, rng.random(80) < 0.9)
    drawn = rng.integers(80, size=(20_000, 80))
    found = compare(tuned, default)
    for estimate, samples in (
        (found.tuned, tuned[drawn].mean(axis=1)),
        (found.default, default[drawn].mean(axis=1)),
        (found.difference, tuned[drawn].mean(axis=1) - default[drawn].mean(axis=1)),
    ):
        # A step is one picture of 80; quantiles may fall to either side of it.
        expected = np.quantile(samples, [0.025, 0.975])
        assert [estimate.low, estimate.high] == pytest.approx(expected, abs=1 / 80 + 1e-9)


def test_intervals_hold_the_true_value_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    both, only_tuned, only_default = 0.55, 0.15, 0.1
    truth = (both + only_tuned, both + only_default, only_tuned - only_default)
    held = np.zeros(3)
    for trial in range(400):
        kind = rng.random(200)
        tuned = kind < both + only_tuned
        default = (kind < both) | ((kind >= both + only_tuned) & (kind < 0.8))
        found = compare(tuned, default, seed=trial)
        for position, estimate in enumerate((found.tuned, found.default, found.difference)):
            held[position] += estimate.low <= truth[position] <= estimate.high
    # 95 % of 400 have a standard deviation of 1.1 %.
    assert (np.abs(held / 400 - 0.95) < 0.035).all(), held / 400
