"""Distributions of a text config."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.scenes.distributions import (
    Known,
    Range,
    check_distribution,
    check_share,
    check_weights,
    choose,
    draw,
    happens,
)


def _draws(distribution: Any, count: int = 4000) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(0)
    return np.array([draw(rng, distribution) for _ in range(count)])


def test_a_number_is_always_itself() -> None:
    assert set(_draws(3, 10)) == {3.0}


def test_two_numbers_are_the_ends_of_a_uniform_distribution() -> None:
    values = _draws([2.0, 6.0])
    assert values.min() >= 2
    assert values.max() <= 6
    np.testing.assert_allclose(np.percentile(values, [25, 50, 75]), [3, 4, 5], atol=0.15)


def test_four_numbers_are_a_clipped_normal_distribution() -> None:
    values = _draws((1.0, 2.0, -1.0, 3.0))
    assert (values.min(), values.max()) == (-1.0, 3.0)
    assert abs(values.mean() - 1) < 0.1
    # Beyond one standard deviation lie 15.9 % on each side.
    assert abs((values == 3).mean() - 0.159) < 0.02


@given(low=st.floats(-1e6, 1e6), width=st.floats(0, 1e6), mean=st.floats(-1e7, 1e7))
def test_draws_never_leave_the_range(low: float, width: float, mean: float) -> None:
    rng = np.random.default_rng(1)
    for distribution in ((low, low + width), (mean, 10.0, low, low + width)):
        check_distribution(distribution, "x", Range(-1e7, 1e7))
        assert low <= draw(rng, distribution) <= low + width


@pytest.mark.parametrize(
    "value",
    [[], [1], [1, 2, 3], [1, 2, 3, 4, 5], "12", None, True, math.nan, [0, math.inf], [0, "1"]],
)
def test_what_is_no_distribution_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^blur is a number, \[low, high\] or \[mean"):
        check_distribution(value, "blur", Range(0, 9))


@pytest.mark.parametrize("value", [-1, 10, [-1, 3], [3, 10], [3, 2], [5, 1, 0, 10], [5, 1, 6, 4]])
def test_a_distribution_that_can_leave_its_range_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^blur has to lie in 0 to 9, low end first, got"):
        check_distribution(value, "blur", Range(0, 9))


def test_a_negative_standard_deviation_is_refused() -> None:
    with pytest.raises(ValueError, match="blur: the standard deviation is 0 or more"):
        check_distribution([1, -1, 0, 2], "blur", Range(0, 9))


@pytest.mark.parametrize("value", [-0.1, 1.1, "0.5", None, math.nan, [0, 1], True])
def test_what_is_no_probability_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^plate is a number of 0 to 1, got"):
        check_share(value, "plate")


@pytest.mark.parametrize("value", [{"c": 1}, ["a"], "a", None])
def test_weights_of_unknown_names_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^style gives weights to some of \['a', 'b'\], got"):
        check_weights(value, "style", Known(("a", "b")))


@pytest.mark.parametrize("value", [{}, {"a": 0}, {"a": -1, "b": 3}, {"a": "1"}, {"a": math.inf}])
def test_weights_that_choose_nothing_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^style: weights are 0 or more and not all 0"):
        check_weights(value, "style", Known(("a", "b")))


def test_names_are_chosen_by_their_weights() -> None:
    rng = np.random.default_rng(0)
    chosen = [choose(rng, {"a": 3, "never": 0, "b": 1}) for _ in range(2000)]
    assert set(chosen) == {"a", "b"}
    assert abs(chosen.count("a") / 2000 - 0.75) < 0.04


def test_what_is_certain_happens_and_what_is_impossible_does_not() -> None:
    rng = np.random.default_rng(0)
    assert all(happens(rng, 1.0) for _ in range(100))
    assert not any(happens(rng, 0.0) for _ in range(100))
