"""Figures of loops, by hand."""

from typing import Any

import pytest

from digitdet.benchmarks.rounds import Measured
from digitdet.benchmarks.speed_figures import loop_figures, speed_table
from digitdet.console import console

FACTS = {"threads": 2, "flop": 8e9, "peak_bytes": 3_000_000, "saved_bytes": 8_000_000}


def _figures() -> dict[str, dict[str, Any]]:
    return loop_figures(
        {
            "one": Measured(FACTS, {0: 1.0, 1: 4.0, 2: 2.0}),
            "other": Measured({**FACTS, "flop": 40e9}, {1: 8.0}),
            "large": Measured({"failure": "out of memory"}),
        },
        batch_size=4,
        peak=16e9,
    )


def test_figures_are_of_a_picture_and_of_pairs() -> None:
    figures = _figures()
    one, other = figures["one"], figures["other"]
    assert (one["images_per_second"], one["ms_per_image"]) == (2.0, 500.0)  # the median is 2 s
    assert (one["gflop_per_image"], one["gflop_per_second"]) == (2.0, 4.0)
    assert (one["fraction_of_peak"], one["ratio"]) == (0.25, 1.0)
    assert (one["peak_mb"], one["kept_mb_per_image"], one["threads"]) == (3.0, 2.0, 2)
    assert one["seconds"] == [1.0, 4.0, 2.0]
    assert (other["ratio"], other["ratios"], other["fraction_of_peak"]) == (2.0, [2.0], 0.3125)
    assert figures["large"] == {"failure": "out of memory"}


def test_the_table_has_the_columns_that_there_are_figures_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console.print(speed_table("a title", _figures()))
    out = capsys.readouterr().out
    assert "a title" in out
    assert _row(out, "one") == ["2.00", "1.00", "2.00", "0.250", "2.00", "3.00"]
    assert "kernels" not in out
    assert "large" in out


def _row(out: str, name: str) -> list[str]:
    line = next(line for line in out.splitlines() if line.startswith(f"│ {name} "))
    return [cell.strip() for cell in line.strip("│").split("│")[1:]]
