"""tools/sweep.py as a user runs it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sweeps.toys import write_space, write_toy

from digitdet.sweeps.sweeping import sweep

pytest.importorskip("optuna", reason="Optuna is not installed")
ROOT = Path(__file__).parents[2]
Tool = Callable[[str], Callable[[list[str]], None]]
SECONDS = 300  # far longer than it takes


def test_a_space_that_is_missing_is_an_error_with_status_1(
    tool: Tool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toy = write_toy(tmp_path)
    with pytest.raises(SystemExit) as caught:
        tool("sweep")([str(toy), "--space", str(tmp_path / "none.py"), "--trials", "1"])
    assert caught.value.code == 1
    assert "no such space" in capsys.readouterr().err


def test_an_option_that_is_missing_is_named(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        tool("sweep")(["config.py"])
    assert caught.value.code == 2
    assert "--space, --trials" in capsys.readouterr().err


@pytest.mark.campaign
def test_a_sweep_that_is_stopped_and_killed_gives_what_an_unbroken_one_gives(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    toy = write_toy(tmp_path)
    space = write_space(tmp_path, '"model.level": dict(type="float", low=0.1, high=0.9),')
    command = [sys.executable, str(ROOT / "tools" / "sweep.py"), "toy.py", "--space", "space.py"]
    command += ["--trials", "4", "--sampler", "random", "--pruner", "none", "--no-preflight"]

    def run(folder: str) -> None:
        sweep(
            toy, space, 4, work_dir=str(tmp_path / folder), sampler="random", pruner="none",
            preflight=False, start_method="fork",
        )  # fmt: skip

    run("unbroken")
    for number, status in ((signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        stopped = subprocess.Popen(
            [*command, "--work-dir", "broken"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert stopped.stdout
        for line in stopped.stdout:
            if "epoch 1" in line:
                os.kill(stopped.pid, number)
                break
        stopped.communicate(timeout=SECONDS)
        assert stopped.returncode == status
    capfd.readouterr()
    run("broken")
    assert "goes on" in capfd.readouterr().out
    consoles = (tmp_path / "broken").glob("trial_*/console.log")
    assert any("resumes from" in console.read_text(encoding="utf-8") for console in consoles)

    def columns(folder: str) -> list[list[str]]:
        rows = (tmp_path / folder / "trials.csv").read_text(encoding="utf-8").splitlines()
        return [row.split(",")[:5] + row.split(",")[6:] for row in rows]  # all but the time

    assert columns("broken") == columns("unbroken")
    assert (tmp_path / "broken/best.py").read_text() == (tmp_path / "unbroken/best.py").read_text()
