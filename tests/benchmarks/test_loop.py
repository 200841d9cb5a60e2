"""The benchmark of the loop, run as a user does."""

import re
from collections.abc import Callable, Sequence
from multiprocessing import Pipe
from pathlib import Path

import pytest

from digitdet.benchmarks.loop import TURNS, benchmark_loop, window_costs
from digitdet.benchmarks.turns import receive

Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.mark.parametrize(
    ("seconds", "turn", "expected"),
    [
        ([], 5, []),
        ([0.5] * TURNS, 5, [100_000.0]),
        ([0.001] * 9 + [99.0] + [0.002] * 8 + [0.0, 7.0], 2, [500.0, 1000.0]),
        ([*range(TURNS)], 1, [4_500_000.0]),
    ],
)
def test_a_window_costs_the_median_of_its_turns(
    seconds: Sequence[float], turn: int, expected: list[float]
) -> None:
    assert window_costs(seconds, turn) == pytest.approx(expected)


@pytest.mark.campaign
@pytest.mark.usefixtures("_forked")
def test_the_loops_are_shown_side_by_side(
    tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tool("benchmark")(["loop", "--iterations", "43", "--out", str(tmp_path / "loop.json")])
    out = capsys.readouterr().out
    assert "2 windows of 20 iterations" in out
    assert "1 to 20" in out
    assert "21 to 40" in out
    for name in ("digitdet", "mmengine", "bare loop"):
        assert re.search(rf"│ {name} +│ +[\d,]+ │ +[\d,]+ │ +\d+\.\d\d │", out)


@pytest.mark.parametrize("iterations", ["-1", "0", "19"])
def test_too_few_iterations_are_refused(
    iterations: str, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        tool("benchmark")(["loop", "--iterations", iterations])
    assert f"iterations has to be at least 20, got {iterations}" in capsys.readouterr().err


def test_a_runtime_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.py: no such config"):
        benchmark_loop(tmp_path / "none.py", iterations=20)


def test_a_loop_that_has_failed_is_named() -> None:
    pipe, other = Pipe()
    other.send(0.5)
    other.close()
    assert receive(pipe, "digitdet") == 0.5
    with pytest.raises(RuntimeError, match="the loop of digitdet has ended; its error is above"):
        receive(pipe, "digitdet")
