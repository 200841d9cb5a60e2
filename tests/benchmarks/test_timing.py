"""Side-by-side timing: what is counted, and in which order; no test asserts a time."""

import pytest

from digitdet.benchmarks.timing import alternate, median_ratio, rate


def test_a_run_that_is_repeated_for_no_time_runs_once() -> None:
    calls: list[int] = []

    def run() -> int:
        calls.append(1)
        return 5

    assert rate(run, seconds=0) > 0
    assert len(calls) == 1


def test_runs_take_turns_after_one_that_is_not_measured() -> None:
    order: list[str] = []
    runs = {name: lambda name=name: order.append(name) or 1 for name in "ab"}
    rates = alternate(runs, repeats=3)
    assert "".join(order) == "ab" + "ab" * 3
    assert {name: len(values) for name, values in rates.items()} == {"a": 3, "b": 3}


def test_the_ratio_is_the_median_of_the_turns() -> None:
    assert median_ratio([10, 40, 60], [10, 10, 10]) == pytest.approx(4)
