"""Signals that ask a training to end."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from crashing.variants import Variant

from digitdet import interruption
from digitdet.checkpoints.reading import read_meta
from digitdet.interruption import (
    SIGNALS,
    SignalWatch,
    TrainingInterrupted,
    raised_signals,
    way_on,
)

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _usual_handlers() -> Iterator[None]:
    """Give the handlers of a process that a shell starts in the foreground."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("tools/train.py C", "python tools/train.py C --resume"),
        ("tools/train.py C --resume", "python tools/train.py C --resume"),
        ("tools/train.py --resume E.pth C", "python tools/train.py C --resume"),
        ("tools/train.py C --resume=E.pth", "python tools/train.py C --resume"),
        ("tools/train.py C --res E.pth --amp", "python tools/train.py C --amp --resume"),
        ("tools/train.py C --resume --amp", "python tools/train.py C --amp --resume"),
        (
            "tools/train.py C --seeds 0 1 --work-dir W --cfg-options a=1 b=[1,2]",
            "python tools/train.py C --seeds 0 1 --work-dir W --cfg-options a=1 'b=[1,2]' --resume",
        ),
        ("my_script.py", "train(..., resume=True)"),
    ],
)
def test_the_command_goes_on_with_what_began(arguments: str, said: str) -> None:
    assert way_on(arguments.split(), is_saved=True) == f"to go on: {said}"


def test_without_a_checkpoint_the_command_begins_again() -> None:
    words = ["tools/train.py", "a b.py"]
    assert way_on(words, is_saved=False) == "to begin again: python tools/train.py 'a b.py'"
    assert way_on(["notebook.py"], is_saved=False) == ""


def test_of_a_distributed_run_the_start_is_not_known() -> None:
    words = ["tools/train.py", "C"]
    for launcher in ("pytorch", "slurm", "mpi"):
        said = way_on(words, is_saved=True, launcher=launcher)
        assert said == "to go on: the same command with --resume"


@pytest.mark.parametrize(
    ("arguments", "launcher", "said"),
    [
        ("train.py C --resume o/e.pth --work-dir W", "none", "python train.py C --work-dir W"),
        ("train.py C --resume o/e.pth", "pytorch", "the same command with"),
    ],
)
def test_a_checkpoint_elsewhere_is_named(arguments: str, launcher: str, said: str) -> None:
    source = Path("o/e 1.pth")
    command = way_on(arguments.split(), is_saved=True, source=source, launcher=launcher)
    assert command == f"to go on: {said} --resume 'o/e 1.pth'"
    assert way_on(["s.py"], is_saved=True, source=source).endswith("resume='o/e 1.pth')")


def test_an_interruption_says_where_it_came_and_what_is_saved() -> None:
    nothing = TrainingInterrupted(signal.SIGTERM, "before the first step", None)
    assert str(nothing) == "interrupted by SIGTERM before the first step; nothing is saved"
    saved = TrainingInterrupted(signal.SIGINT, "after step 3", Path("w/iter_3.pth"), "to go on: x")
    assert str(saved) == "interrupted by SIGINT after step 3; saved: w/iter_3.pth\nto go on: x"
    finished = TrainingInterrupted(signal.SIGINT, "at its end", None, is_finished=True)
    assert str(finished) == "interrupted by SIGINT at its end; the training is finished"


def test_without_a_signal_nothing_is_noted_and_all_handlers_come_back() -> None:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    with SignalWatch() as watch:
        assert {signal.getsignal(number) for number in SIGNALS} != set(before.values())
    assert watch.noted == 0
    assert {number: signal.getsignal(number) for number in SIGNALS} == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_noted_and_answered(number: int, capfd: pytest.CaptureFixture[str]) -> None:
    with SignalWatch() as watch:
        send(number)
        send(signal.SIGTERM)  # a second one of another kind changes nothing
    assert watch.noted == number
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"{signal.Signals(number).name}: finishing the step and saving it")


def test_what_is_ignored_stays_so(capfd: pytest.CaptureFixture[str]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    with SignalWatch() as watch:
        send(signal.SIGHUP)
    assert watch.noted == 0
    assert capfd.readouterr().err == ""


def test_a_second_ctrl_c_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "SAME_PRESS", 0.05)
    with SignalWatch() as watch:
        send(signal.SIGINT)
        send(signal.SIGINT)  # of the same key, handed on
        time.sleep(0.1)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
    assert watch.noted == signal.SIGINT


def test_outside_the_main_thread_nothing_is_noted_and_nothing_fails() -> None:
    before, watches = signal.getsignal(signal.SIGTERM), []

    def watch() -> None:
        with SignalWatch() as one, raised_signals():
            watches.append((one, signal.getsignal(signal.SIGTERM)))

    thread = threading.Thread(target=watch)
    thread.start()
    thread.join()
    assert watches[0][1] is before
    assert watches[0][0].noted == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_before_the_training_a_signal_ends_by_an_exception(number: int) -> None:
    with pytest.raises(KeyboardInterrupt) as stopped, raised_signals():
        send(number)
    assert stopped.value.signal_number == number  # type: ignore[attr-defined]
    usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    assert signal.getsignal(number) is usual


def test_a_signal_that_a_library_swallows_before_the_training_is_noted_by_it() -> None:
    with raised_signals() as signals:
        with suppress(BaseException):
            send(signal.SIGTERM)
        with SignalWatch() as watch:
            assert watch.noted == signal.SIGTERM
    assert signals == [signal.SIGTERM]
    with SignalWatch() as later:
        assert later.noted == 0


def test_a_handler_of_the_user_is_kept_before_the_training() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    with raised_signals():
        send(signal.SIGUSR1)
    assert heard == [signal.SIGUSR1]


CHILDREN = """
import os, signal, time
from digitdet.interruption import SignalWatch, raised_signals
for kind in (SignalWatch, raised_signals):
    with kind() as watch:
        child = os.fork()
        if child == 0:
            if kind is SignalWatch:
                os.kill(os.getpid(), signal.SIGINT)
                assert watch.noted == 0
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_ends_by_sigterm_as_it_would_without() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILDREN], capture_output=True, text=True, check=True, timeout=50
    )
    assert done.stdout.split() == ["-15", "-15"], done.stderr


ON_A_TERMINAL = """
import sys, time
from pathlib import Path
from digitdet.interruption import SignalWatch
with SignalWatch() as watch:
    print("bar", end="", flush=True)
    while not watch.noted:
        time.sleep(0.01)
    print("a line", flush=True)
    print("a warning", file=sys.stderr, flush=True)
    Path(sys.argv[1]).write_text(str(watch.noted))
"""


def on_a_terminal(file: Path) -> tuple[int, int]:
    """Start the program on a terminal of its own; return its pid and the terminal's other end."""
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(sys.executable, [sys.executable, "-c", ON_A_TERMINAL, str(file)])
    while b"bar" not in os.read(terminal, 1000):
        pass
    return pid, terminal


def test_a_terminal_that_is_closed_is_no_error_before_the_step_is_saved(tmp_path: Path) -> None:
    pid, terminal = on_a_terminal(tmp_path / "noted")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert (tmp_path / "noted").read_text() == str(int(signal.SIGHUP))


def test_on_a_terminal_the_answer_stands_in_the_place_of_the_bar(tmp_path: Path) -> None:
    pid, terminal = on_a_terminal(tmp_path / "noted")
    os.write(terminal, b"\x03")  # Ctrl-C
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    shown = os.read(terminal, 1000)
    os.close(terminal)
    assert b"\r\x1b[2KSIGINT: finishing the step and saving it" in shown
    assert shown.rstrip().endswith(b"a line\r\na warning")


@pytest.mark.parametrize(
    ("number", "options"),
    [
        pytest.param(signal.SIGINT, (), marks=pytest.mark.campaign),
        # Workers that are kept for the next epoch are left at the end.
        (
            signal.SIGTERM,
            ("train_dataloader.persistent_workers=True", "val_dataloader.persistent_workers=True"),
        ),
    ],
)
def test_a_group_of_processes_gets_a_signal_and_the_training_saves_its_step(
    number: int, options: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    every = "default_hooks.checkpoint.stopover_interval=1"
    short = Variant("run", (every, *options), num_workers=2).arguments(folder)
    length = "train_cfg.max_epochs="
    arguments = [f"{length}999" if word.startswith(length) else word for word in short]
    with subprocess.Popen(
        [sys.executable, "tools/train.py", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        wait_for(lambda: any(folder.glob("*.pth")), process)
        os.killpg(process.pid, number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number, said
    lines = said.splitlines()
    first = [line for line in lines if line.startswith(signal.Signals(number).name)]
    assert len(first) == 1, said  # of the training, not of its workers
    assert lines[-2].startswith(f"interrupted by {signal.Signals(number).name} "), said
    saved = Path(lines[-2].partition("; saved: ")[2])
    assert saved.parent == folder
    assert read_meta(saved)["is_resumable"]
    assert lines[-1].startswith("to go on: python tools/train.py ")
    with pytest.raises(ProcessLookupError):  # no worker is left
        os.killpg(process.pid, 0)
    (log,) = folder.glob("*/*.log")
    assert lines[-2] in log.read_text(encoding="utf-8")


def wait_for(holds: Any, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 100
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
