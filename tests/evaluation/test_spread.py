import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from digitdet.evaluation.spread import Spread, spread_of, spread_table, spreads

FIGURES = st.floats(0, 1)


def test_no_value_has_no_spread() -> None:
    with pytest.raises(ValueError, match="at least one value, got none"):
        spread_of([])
    assert spreads([]) == {}


def test_one_value_has_no_deviation() -> None:
    assert spread_of([0.25]) == Spread(0.25, None, 0.25, 0.25)


def test_the_spread_of_three_values_is_that_by_hand() -> None:
    # Mean 4; differences -2, 0 and 2; (4 + 0 + 4) / (3 - 1) = 4.
    assert spread_of([2.0, 4.0, 6.0]) == Spread(4.0, 2.0, 2.0, 6.0)


@given(st.lists(FIGURES, min_size=2, max_size=9))
def test_the_spread_is_numpys(values: list[float]) -> None:
    spread = spread_of(values)
    assert spread.mean == pytest.approx(np.mean(values), abs=1e-12)
    assert spread.deviation == pytest.approx(np.std(values, ddof=1), abs=1e-12)
    assert (spread.minimum, spread.maximum) == (np.min(values), np.max(values))


@given(FIGURES, st.integers(2, 9))
def test_equal_values_have_a_deviation_of_zero(value: float, count: int) -> None:
    assert spread_of([value] * count).deviation == 0


def test_a_figure_that_one_run_could_not_compute_has_no_spread() -> None:
    runs = [{"map": 0.5, "ap_9": -1.0}, {"map": 0.25, "ap_9": 0.5}]
    assert spreads(runs)["ap_9"] is None
    assert spreads(runs)["map"].mean == 0.375  # type: ignore[union-attr]


def test_a_figure_that_one_run_lacks_is_left_out() -> None:
    assert list(spreads([{"map": 0.5, "extra": 1.0}, {"map": 0.5}])) == ["map"]


def _cells(rows: list[tuple[int, int, dict[str, float]]]) -> list[list[str]]:
    table = spread_table("best", rows, ("map", "none"))
    with (console := Console(width=80)).capture() as capture:
        console.print(table)
    lines = [line for line in capture.get().splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_the_table_has_a_row_for_each_seed_and_the_spread_below() -> None:
    assert _cells([(3, 2, {"map": 0.25}), (1, 5, {"map": 0.75})]) == [
        ["3", "2", "0.2500", "-"],
        ["1", "5", "0.7500", "-"],
        ["mean", "", "0.5000", "-"],
        ["deviation", "", "0.3536", "-"],  # the root of (0.0625 + 0.0625) / 1
        ["minimum", "", "0.2500", "-"],
        ["maximum", "", "0.7500", "-"],
    ]


def test_the_table_of_one_seed_shows_no_deviation() -> None:
    assert ["deviation", "", "-", "-"] in _cells([(0, 1, {"map": 0.5})])
