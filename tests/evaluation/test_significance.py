"""The bootstrap and McNemar's test."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from digitdet.evaluation.significance import (
    compare_samples,
    compare_shares,
    is_decidable,
    mcnemar,
)


def test_figures_are_those_of_the_pictures() -> None:
    second = np.array([1, 1, 1, 0], dtype=bool)
    first = np.array([1, 0, 0, 0], dtype=bool)
    found = compare_shares(first, second)
    values = (found.second.value, found.first.value, found.difference.value)
    assert values == (0.75, 0.25, 0.5)
    for estimate in (found.second, found.first, found.difference):
        assert estimate.low < estimate.value < estimate.high


def test_equal_readings_differ_by_nothing() -> None:
    read = np.array([1, 0, 1, 0, 0], dtype=bool)
    found = compare_shares(read, read)
    assert (found.difference.low, found.difference.high) == (0, 0)
    assert found.second == found.first


def test_the_interval_follows_from_the_seed_and_not_from_the_order() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 5000)) < 0.6
    order = rng.permutation(5000)
    found = compare_shares(first, second, seed=1)
    assert found == compare_shares(first[order], second[order], seed=1)
    assert found != compare_shares(first, second, seed=2)


def test_the_interval_is_that_of_pictures_drawn_one_by_one() -> None:
    rng = np.random.default_rng(7)
    first = rng.random(80) < 0.6
    second = np.where(rng.random(80) < 0.8, first, rng.random(80) < 0.9)
    drawn = rng.integers(80, size=(20_000, 80))
    found = compare_shares(first, second)
    for estimate, samples in (
        (found.second, second[drawn].mean(axis=1)),
        (found.first, first[drawn].mean(axis=1)),
        (found.difference, second[drawn].mean(axis=1) - first[drawn].mean(axis=1)),
    ):
        # A step is one picture of 80; quantiles may fall to either side of it.
        expected = np.quantile(samples, [0.025, 0.975])
        assert [estimate.low, estimate.high] == pytest.approx(expected, abs=1 / 80 + 1e-9)


def test_intervals_hold_the_true_value_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    both, only_second, only_first = 0.55, 0.15, 0.1
    truth = (both + only_second, both + only_first, only_second - only_first)
    held = np.zeros(3)
    for trial in range(400):
        kind = rng.random(200)
        second = kind < both + only_second
        first = (kind < both) | ((kind >= both + only_second) & (kind < 0.8))
        found = compare_shares(first, second, seed=trial)
        for position, estimate in enumerate((found.second, found.first, found.difference)):
            held[position] += estimate.low <= truth[position] <= estimate.high
    # 95 % of 400 have a standard deviation of 1.1 %.
    assert (np.abs(held / 400 - 0.95) < 0.035).all(), held / 400


@given(arrays(bool, st.tuples(st.just(2), st.integers(1, 40))))
def test_swapping_the_models_swaps_the_figures(read: NDArray[np.bool_]) -> None:
    found, swapped = compare_shares(*read), compare_shares(*read[::-1])
    assert (found.first.value, found.second.value) == (swapped.second.value, swapped.first.value)
    assert found.difference.value == -swapped.difference.value
    step = 1 / read.shape[1] + 1e-9  # the draws differ: a quantile may fall a picture further
    assert found.difference.low == pytest.approx(-swapped.difference.high, abs=step)


def test_a_difference_is_taken_resample_by_resample() -> None:
    first = np.linspace(0, 0.5, 101)
    found = compare_samples(first, first + 0.25)
    assert found.difference.low == pytest.approx(found.difference.high) == pytest.approx(0.25)
    assert found.first.low < found.first.high


def count_outcomes(only_first: int, only_second: int) -> float:
    """The share of all outcomes of so many throws of a coin that are at least as uneven."""
    num = only_first + only_second
    uneven = abs(only_first - only_second)
    outcomes = [abs(2 * sum(coins) - num) >= uneven for coins in product((0, 1), repeat=num)]
    return sum(outcomes) / len(outcomes)


def test_mcnemar_counts_the_outcomes_that_are_as_uneven() -> None:
    for num in range(12):
        for only_first in range(num + 1):
            found = mcnemar(only_first, num - only_first)
            assert found == count_outcomes(only_first, num - only_first)


@pytest.mark.parametrize(
    ("only_first", "only_second", "published"),
    [
        (12, 2, 0.0129),  # Armitage and Berry 1994, p. 127, two media for a culture
        (1, 7, 0.0703),  # Bentur et al. 2009, in Fagerland et al. 2013, airways before and after
        (2, 8, 0.109375),  # Zar 1999, legs of deer, by the sign test, which is the same
    ],
)
def test_mcnemar_gives_published_values(
    only_first: int, only_second: int, published: float
) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(published, abs=5e-5)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_symmetric_and_a_probability(only_first: int, only_second: int) -> None:
    found = mcnemar(only_first, only_second)
    assert 0 <= found <= 1
    assert found == mcnemar(only_second, only_first)
    assert (found == 1) == (abs(only_first - only_second) <= 1)


def test_of_many_pictures_the_exact_test_nears_the_normal_one() -> None:
    # 13,068 pictures, three standard deviations apart: 0.0027 by the normal distribution.
    assert mcnemar(6534 - 171, 6534 + 171) == pytest.approx(0.0028, abs=1e-4)


def test_fewer_than_six_pictures_decide_nothing() -> None:
    assert [is_decidable(num) for num in (0, 1, 5, 6, 7)] == [False, False, False, True, True]


def test_of_equal_models_p_falls_below_a_level_no_more_often_than_the_level() -> None:
    rng = np.random.default_rng(5)
    only_first = rng.binomial(400, 0.5, size=3000)
    found = np.array([mcnemar(int(count), 400 - int(count)) for count in only_first])
    for level in (0.05, 0.2, 0.5, 0.8):
        # The p-values are steps of up to 0.08; the share's standard deviation is 0.9 % at most.
        assert level - 0.1 < (found <= level).mean() < level + 0.03
