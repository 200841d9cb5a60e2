"""Cross-validation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from digitdet.tuning.validation import assign_folds, choose, cross_validate

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
