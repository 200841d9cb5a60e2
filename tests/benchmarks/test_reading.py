"""The benchmark of reading photographs."""

import json
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from digitdet.benchmarks import reading
from digitdet.benchmarks.reading import benchmark_reading
from digitdet.benchmarks.reading_loops import ReadingPlan, read_singly, read_together
from digitdet.benchmarks.rounds import Measured
from digitdet.console import console

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py")
Tool = Callable[[str], Callable[[list[str]], None]]
TURNS = 3


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{number}.png" for number in range(2)]
    for number, file in enumerate(files):
        Image.new("RGB", (40 + 8 * number, 24), (90, 120, 150)).save(file)
    return files


@pytest.mark.parametrize("name", ["num_pictures", "repeats"])
def test_no_pictures_and_no_turns_are_refused(name: str) -> None:
    arguments: dict[str, Any] = {name: 0}
    with pytest.raises(ValueError, match=f"{name} has to be at least 1, got 0"):
        benchmark_reading(**arguments)


def test_what_is_missing_is_named_before_anything_is_measured(
    tmp_path: Path, checkpoint: Path
) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.pth: no such checkpoint"):
        benchmark_reading(config=QUICKSTART, checkpoint=str(tmp_path / "none.pth"))
    with pytest.raises(FileNotFoundError, match="none: not there"):
        benchmark_reading([tmp_path / "none"], config=QUICKSTART, checkpoint=str(checkpoint))


def test_loops_read_the_pictures_in_each_turn_and_tell_what_it_took(
    checkpoint: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    plan = ReadingPlan(config=QUICKSTART, checkpoint=str(checkpoint), files=pictures)
    for loop, counted in ((read_singly, (TURNS - 1) * len(pictures)), (read_together, 0)):
        ours, other = Pipe()
        for goes_on in [*[True] * TURNS, False]:
            ours.send(goes_on)
        loop(other, plan)
        first, *seconds, last = [ours.recv() for _ in range(TURNS + 2)]
        assert not ours.poll()
        assert len(seconds) == TURNS
        assert len(last["milliseconds"]) == counted
        assert sum(last["milliseconds"]) <= 1000 * sum(seconds[1:])
        assert 0 < first["bytes_loaded"] <= last["peak_bytes"]


def _measured(milliseconds: list[float], seconds: list[float]) -> Measured:
    facts = {"bytes_loaded": 4e8, "peak_bytes": 5e8, "milliseconds": milliseconds}
    return Measured(facts, dict(enumerate(seconds)))


def test_figures_are_of_a_picture_and_ratios_of_rounds(
    checkpoint: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {
        "singly": _measured([10.0] * 19 + [100.0], [2.0, 4.0, 3.0]),
        "together": _measured([], [1.0, 1.0, 1.5]),
    }
    monkeypatch.setattr(reading, "run_rounds", lambda *_: measured)
    monkeypatch.setattr(
        reading, "seconds_of", lambda command: 1.0 + 0.25 * ("reader" in command[2])
    )
    with console.capture() as captured:
        figures = benchmark_reading(
            [pictures[0].parent], config=QUICKSTART, checkpoint=str(checkpoint), repeats=3
        )
    assert (figures["pictures"], figures["median_size"]) == (2, [24, 44])
    singly, together = figures["singly"], figures["together"]
    assert (singly["ms_per_picture"], singly["median_ms"]) == (1500, 10)
    assert 10 < singly["ms_of_95_percent"] < 100
    assert together["pictures_per_second"] == 2
    assert "median_ms" not in together
    assert figures["times_as_fast_together"] == 2
    loaded = figures["starts"]["reader loaded"]
    assert (loaded["seconds_beyond_imports"], loaded["times_the_imports"]) == (0.25, 1.25)
    assert len(loaded["seconds"]) == 3
    assert "together 2.00 times as fast" in captured.get()
    json.dumps(figures)


def test_a_way_whose_memory_does_not_suffice_is_left_out(
    checkpoint: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {
        "singly": _measured([10.0], [2.0]),
        "together": Measured({"failure": "together: out of memory"}),
    }
    monkeypatch.setattr(reading, "run_rounds", lambda *_: measured)
    monkeypatch.setattr(reading, "seconds_of", lambda _: 1.0)
    with console.capture() as captured:
        figures = benchmark_reading(
            pictures, config=QUICKSTART, checkpoint=str(checkpoint), num_pictures=1
        )
    assert figures["pictures"] == 1
    assert figures["together"] == {"failure": "together: out of memory"}
    assert figures["times_as_fast_together"] is None
    assert "no memory" in captured.get()


@pytest.mark.campaign
@pytest.mark.usefixtures("_forked")
def test_rendered_scenes_are_read_and_written_down(
    tool: Tool, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "folder" / "figures.json"
    given = ["--config", QUICKSTART, "--checkpoint", str(checkpoint), "--num-pictures", "2"]
    tool("benchmark")(["read", *given, "--repeats", "1", "--out", str(out)])
    assert f"written to {out}" in capsys.readouterr().out
    record = json.loads(out.read_text(encoding="utf-8"))
    figures = record["figures"]
    assert figures["pictures"] == 2
    assert len(figures["starts"]["bare imports"]["seconds"]) == 1
    for name in ("singly", "together"):
        assert figures[name]["pictures_per_second"] > 0
        assert figures[name]["peak_bytes"] >= figures[name]["bytes_loaded"] > 0
    assert record["machine"]["versions"]["torch"]
