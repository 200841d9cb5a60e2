"""What models cost beside each other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet.benchmarks import matrix_peak
from digitdet.benchmarks.models import mark_front, models_table, parse_accuracies
from digitdet.console import console

MODELS = Path(__file__).parents[2] / "configs" / "_base_" / "models"
Tool = Callable[[str], Callable[[list[str]], None]]


def _figures(gflop: float, parameters: int, ms: float, **others: float) -> dict[str, Any]:
    return dict(gflop=gflop, parameters=parameters, ms_prepared=ms, ms_plain=2 * ms, **others)


def test_without_accuracies_the_front_is_of_costs_alone() -> None:
    figures = {"small": _figures(1, 10, 5), "quick": _figures(2, 20, 4), "slow": _figures(2, 20, 6)}
    mark_front(figures)
    assert [of["on_front"] for of in figures.values()] == [True, True, False]


def test_an_accuracy_brings_a_costly_model_to_the_front() -> None:
    figures = {
        "small": _figures(1, 10, 5, map=0.3),
        "large": _figures(9, 90, 9, map=0.4),
        "worse": _figures(9, 90, 9, map=0.2),
        "unknown": _figures(0, 0, 0),
    }
    mark_front(figures)
    assert [of.get("on_front") for of in figures.values()] == [True, True, False, None]


@pytest.mark.parametrize("text", ["b=0.5", "a", "a=", "a=high", "a=1.2", "a=nan"])
def test_what_is_no_accuracy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"--accuracy {text}: "):
        parse_accuracies([text], ["a"])


def test_accuracies_are_read_by_name() -> None:
    assert parse_accuracies([], []) == {}
    assert parse_accuracies(["a=0.5", "c=1"], ["a", "b", "c"]) == {"a": 0.5, "c": 1.0}


def test_the_table_begins_with_the_fewest_operations(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {
        "faster_rcnn_large": _figures(37.09, 43_300_000, 302.04, map=0.5, on_front=True),
        "faster_rcnn_small": _figures(0.48, 2_160_000, 12.3),
    }
    console.print(models_table(figures, (57, 128)))
    out = capsys.readouterr().out
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in out.splitlines()
        if line.startswith(("│ small", "│ large"))
    ]
    assert rows == [
        ["small", "0.48", "2.16", "12.3", "24.6", "", ""],
        ["large", "37.09", "43.30", "302.0", "604.1", "0.500", "yes"],
    ]


@pytest.mark.campaign
@pytest.mark.usefixtures("_forked")
def test_a_model_is_measured_prepared_and_plain_and_written_down(
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(matrix_peak, "SECONDS", 0)
    file = tmp_path / "folder" / "figures.json"
    compact = str(MODELS / "faster_rcnn_compact.py")
    given = ["--repeats", "1", "--picture", "16x24", "--accuracy", "faster_rcnn_compact=0.415"]
    tool("benchmark")(["models", compact, *given, "--out", str(file)])
    out = capsys.readouterr().out
    assert "models, one picture of 16x24 pixels" in out
    assert f"written to {file}" in out
    record = json.loads(file.read_text(encoding="utf-8"))
    figures = record["figures"]["models"]["faster_rcnn_compact"]
    assert (figures["map"], figures["on_front"]) == (0.415, True)
    assert (len(figures["seconds_plain"]), len(figures["seconds_prepared"])) == (1, 1)
    assert record["machine"]["versions"]["torch"]
