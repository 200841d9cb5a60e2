import argparse
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from torch.utils.data import DataLoader, Dataset

from digitdet.command_line import TRACEBACK, add_launcher, add_options, call
from digitdet.interruption import TrainingInterrupted

ROOT = Path(__file__).parents[1]
TOOLS = sorted(file.stem for file in (ROOT / "tools").glob("*.py"))


@pytest.fixture(autouse=True)
def _no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACEBACK, raising=False)


def fail(error: BaseException) -> None:
    raise error


def stderr_of(error: Exception, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        call(fail, error)
    assert caught.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()


def test_what_the_function_returns_is_returned() -> None:
    assert call(lambda: None) is None
    assert call(divmod, 17, 5) == (3, 2)
    assert call(dict, a=1) == {"a": 1}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(), "error: ValueError"),
        (KeyError(), "error: KeyError"),
        (ValueError("a.json: no images"), "error: a.json: no images"),
        (KeyError("NoSuchHook is not registered"), "error: NoSuchHook is not registered"),
        (FileNotFoundError("a.pth: no such checkpoint"), "error: a.pth: no such checkpoint"),
        (ImportError("no torch"), "error: no torch"),
        (RuntimeError("no weights"), "error: no weights"),
        (TypeError("unexpected keyword"), "error: unexpected keyword"),
    ],
)
def test_an_error_of_the_input_is_one_message(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = stderr_of(error, capsys)
    assert lines[0] == said
    assert TRACEBACK in lines[1]
    assert len(lines) == 2


def test_an_error_of_the_code_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        call(lambda: 1 // 0)


def test_an_interruption_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        call(fail, KeyboardInterrupt())
    assert stopped.value.code == 130
    said = "interrupted by SIGINT"
    assert capsys.readouterr().err.splitlines() == [said]


def test_an_interruption_of_which_a_library_made_another_error_is_one_line_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def load() -> None:
        with suppress(BaseException):
            os.kill(os.getpid(), signal.SIGTERM)
        raise SyntaxError("check the syntax")  # as mmengine does where it formats a config

    with pytest.raises(SystemExit) as stopped:
        call(load)
    assert stopped.value.code == 143
    said = "interrupted by SIGTERM"
    assert capsys.readouterr().err.splitlines() == [said]


def test_another_signal_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with pytest.raises(SystemExit) as stopped:
            call(os.kill, os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert stopped.value.code == 143
    said = "interrupted by SIGTERM"
    assert capsys.readouterr().err.splitlines() == [said]


def test_a_training_that_was_interrupted_says_what_it_saved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = TrainingInterrupted(signal.SIGUSR1, "after step 3", Path("iter_3.pth"), "to go on: x")
    with pytest.raises(SystemExit) as stopped:
        call(fail, error)
    assert stopped.value.code == 128 + signal.SIGUSR1
    said = ["interrupted by SIGUSR1 after step 3; saved: iter_3.pth", "to go on: x"]
    assert capsys.readouterr().err.splitlines() == said
    error.args = ()  # as in the other processes of a distributed run
    with pytest.raises(SystemExit):
        call(fail, error)
    assert capsys.readouterr().err == ""


def test_the_environment_asks_for_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TRACEBACK, "1")
    with pytest.raises(ValueError, match="a message"):
        call(fail, ValueError("a message"))
    assert capsys.readouterr().err == ""


class Broken(Dataset[Any]):
    """Raises an error for each item."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a.png: is 3 x 4 pixels: boxes would be off"),
        FileNotFoundError("a.png: no such picture"),
    ],
)
@pytest.mark.parametrize("num_workers", [0, 1])
def test_an_error_of_a_loaders_worker_is_its_last_line_alone(
    error: Exception, num_workers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    loader = DataLoader(Broken(error), num_workers=num_workers)
    with pytest.raises(SystemExit):
        call(list, loader)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"error: {error}"
    assert len(lines) == 2


def test_a_workers_message_of_several_lines_is_not_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    loader = DataLoader(Broken(ValueError("a.png: no box\nadd one")), num_workers=1)
    with pytest.raises(SystemExit):
        call(list, loader)
    assert "a.png: no box" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], []),
        (["--cfg-options", "a=1"], ["a=1"]),
        (["--cfg-options", "a=1", "b.c=[2,3]"], ["a=1", "b.c=[2,3]"]),
    ],
)
def test_options_are_taken_as_they_are(arguments: list[str], options: list[str]) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert parser.parse_args(arguments).cfg_options == options


def test_a_launcher_is_one_that_mmengine_knows(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_launcher(parser)
    assert parser.parse_args([]).launcher == "none"
    assert parser.parse_args(["--launcher", "slurm"]).launcher == "slurm"
    with pytest.raises(SystemExit):
        parser.parse_args(["--launcher", "torch"])
    assert "invalid choice" in capsys.readouterr().err


def test_there_are_tools() -> None:
    assert {"make_synthetic", "predict", "test", "train"} <= set(TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_help_imports_no_torch(name: str) -> None:
    code = (
        "import runpy, sys\n"
        "sys.argv = [sys.argv[1], '--help']\n"
        "try:\n"
        "    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "finally:\n"
        "    heavy = [m for m in ('torch', 'torchvision', 'mmengine') if m in sys.modules]\n"
        "    print('heavy:', heavy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "tools" / f"{name}.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
    assert done.stdout.rstrip().endswith("heavy: []")
