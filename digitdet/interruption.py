"""Lets a training that is asked to end finish its step first; imports no torch."""

import os
import shlex
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

# Ctrl-C, the end of a job, Slurm's notice before it (`--signal`), a terminal that is closed.
NAMES = ("SIGINT", "SIGTERM", "SIGUSR1", "SIGHUP")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
# Seconds in which a second SIGINT is of the same key: what starts processes hands it on to them,
# torchrun for example, and the terminal gives it to them as well.
SAME_PRESS = 1.0
STANDARD_OUTPUT, STANDARD_ERROR = 1, 2
CLEAR_LINE = b"\r\x1b[2K"  # of a terminal, where the progress bar stands


class TrainingInterrupted(KeyboardInterrupt):
    """A training that a signal ended between two steps.

    Attributes:
        signal_number: The signal.
        place: Where it ended: ``"after step 12, in epoch 2 of 6"``.
        checkpoint: What it goes on from; None where nothing is saved, or nothing is left to do.
        is_finished: Whether nothing is left to do.
    """

    def __init__(
        self,
        signal_number: int,
        place: str,
        checkpoint: Path | None,
        way_on: str = "",
        *,
        is_finished: bool = False,
    ) -> None:
        self.signal_number = signal_number
        self.place = place
        self.checkpoint = checkpoint
        self.is_finished = is_finished
        saved = f"saved: {checkpoint}" if checkpoint else "nothing is saved"
        saved = "the training is finished" if is_finished else saved
        text = f"interrupted by {name_of(signal_number)} {place}; {saved}"
        super().__init__(f"{text}\n{way_on}" if way_on else text)


def name_of(number: int) -> str:
    """Return a signal's name, such as ``"SIGTERM"``."""
    return signal.Signals(number).name


def way_on(
    arguments: Sequence[str],
    *,
    is_saved: bool,
    source: Path | None = None,
    launcher: str = "none",
) -> str:
    """Say how to go on with a training.

    Args:
        arguments: Of the command that began it, the program's name first.
        is_saved: Whether there is a checkpoint to go on from.
        source: The checkpoint, where it is not in the folder of the run.
        launcher: What started its processes, as ``--launcher`` takes it.
    """
    word = "to go on" if is_saved else "to begin again"
    if Path(arguments[0]).name != "train.py":
        resume = repr(str(source)) if source else True
        return f"{word}: train(..., resume={resume})" if is_saved else ""
    added = ["--resume", *([str(source)] if source else [])] if is_saved else []
    if launcher != "none":
        return f"{word}: the same command{f' with {shlex.join(added)}' if added else ''}"
    return f"{word}: {shlex.join(['python', *_without_resume(arguments), *added])}"


def _without_resume(arguments: Sequence[str]) -> list[str]:
    """Take ``--resume`` out, also where it is abbreviated, and the checkpoint behind it."""
    kept: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        name, has_value, _ = word.partition("=")
        if len(name) < 3 or not "--resume".startswith(name):
            kept.append(word)
        elif not has_value and words and not words[0].startswith("-"):
            words.pop(0)
    return kept


class SignalWatch:
    """Notes the first signal that asks to end, for the training to look at between its steps.

    A context manager: within it, a first signal is only noted and answered on standard error; a
    Ctrl-C after that ends the training at once. What the process ignores stays ignored (`nohup`).
    Outside the main thread nothing is noted, as Python lets only that one handle signals.

    Attributes:
        noted: The number of the signal; 0 for none.
    """

    def __init__(self) -> None:
        self.noted = 0
        self._since = 0.0
        self._process = os.getpid()
        self._former: dict[int, Any] = {}
        self._terminals = [s for s in (STANDARD_OUTPUT, STANDARD_ERROR) if os.isatty(s)]

    def __enter__(self) -> "SignalWatch":
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._former[number] = signal.signal(number, self._note)
        if _raised and not self.noted:
            self.noted = _raised[-1]
        return self

    def __exit__(self, *_: object) -> None:
        while self._former:
            signal.signal(*self._former.popitem())

    def _note(self, number: int, _: FrameType | None) -> None:
        if os.getpid() != self._process:
            # Of a child; its parent knows better when to end it, and then sends SIGTERM.
            if number == signal.SIGTERM:
                _end_as_usual(number)
            return
        now = time.monotonic()
        if not self.noted:
            self.noted, self._since = number, now
            text = "finishing the step and saving it; Ctrl-C now ends at once, without that"
            _answer(f"{name_of(number)}: {text}", self._terminals)
        elif number == signal.SIGINT and now - self._since > SAME_PRESS:
            raise KeyboardInterrupt


def _answer(text: str, terminals: Sequence[int]) -> None:
    """Write a line to standard error from a signal's handler, where a buffered stream may be busy.

    What follows on a stream whose terminal was closed is dropped: the training has yet to save.
    """
    for stream in terminals:
        try:
            os.write(stream, CLEAR_LINE)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    with suppress(OSError):
        os.write(STANDARD_ERROR, f"{text}\n".encode())


def _end_as_usual(number: int, _: FrameType | None = None) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


# Numbers of the signals that came within `raised_signals`, while it lasts.
_raised: list[int] = []


@contextmanager
def raised_signals() -> Iterator[Sequence[int]]:
    """Raise KeyboardInterrupt on signals that ask to end, so that all is cleaned up.

    Libraries make other errors of it, or none: a `SignalWatch` that is entered after has noted it.
    Signals that have a handler of somebody's, or are ignored, keep it.

    Yields:
        The numbers of the signals that came, to look at where an error comes out.
    """
    global _raised
    process = os.getpid()
    numbers: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if os.getpid() != process:
            former = taken[number]
            if callable(former):
                former(number, frame)
            _end_as_usual(number, frame)
            return
        numbers.append(number)
        error = KeyboardInterrupt()
        error.signal_number = number  # type: ignore[attr-defined]
        raise error

    is_main = threading.current_thread() is threading.main_thread()
    handlers = {n: signal.getsignal(n) for n in SIGNALS if is_main}
    usual = (signal.SIG_DFL, signal.default_int_handler)
    taken = {number: former for number, former in handlers.items() if former in usual}
    _raised = numbers
    for number in taken:
        signal.signal(number, handle)
    try:
        yield numbers
    finally:
        _raised = []
        for number, former in taken.items():
            signal.signal(number, former)
