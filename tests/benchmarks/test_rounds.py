"""Loops that run in turns: who runs when, and what is kept of it."""

import pytest
from made_loops import broken, quick, without_memory

from digitdet.benchmarks.rounds import Measured, pair_ratios, run_rounds, spread_rounds


@pytest.mark.parametrize(
    ("number", "count", "expected"),
    [(1, 1, {0}), (5, 9, {0, 1, 2, 3, 4}), (20, 3, {3, 10, 16}), (4, 2, {1, 3}), (3, 3, {0, 1, 2})],
)
def test_rounds_of_a_slow_loop_are_spread(number: int, count: int, expected: set[int]) -> None:
    assert spread_rounds(number, count) == expected


def test_each_loop_is_measured_in_its_rounds_and_one_out_of_memory_is_left_out() -> None:
    loops = {"all": (quick, range(3)), "few": (quick, {1}), "large": (without_memory, range(3))}
    measured = run_rounds(loops, "a plan", 3)
    facts = {"flop": 1e9, "plan": "a plan", "peak_bytes": 7}
    assert measured["all"] == Measured(facts, {0: 0.25, 1: 0.25, 2: 0.25})
    assert measured["few"].seconds == {1: 0.25}
    assert measured["large"] == Measured({"failure": "large: out of memory"}, {})


def test_a_loop_that_ends_is_named() -> None:
    with pytest.raises(RuntimeError, match="the loop of one has ended; its error is above"):
        run_rounds({"one": (broken, range(3))}, None, 3)


def test_only_rounds_that_both_ran_in_are_pairs() -> None:
    one = Measured(seconds={0: 2.0, 1: 3.0, 3: 8.0})
    other = Measured(seconds={1: 2.0, 2: 9.0, 3: 4.0})
    assert pair_ratios(one, other) == [1.5, 2.0]
    assert pair_ratios(one, Measured()) == []
