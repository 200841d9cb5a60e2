"""Processes that run in turns, so that what else the machine does falls on all of them."""

import functools
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

FAILURE = "failure"


def start(loop: Callable[[Connection, Any], None], plan: Any, stack: ExitStack) -> Connection:
    """Start a loop in a process of its own, which ends with a stack.

    Args:
        loop: Is called there with its end of the pipe and the plan. It sends that it is ready,
            then waits for a word before each turn and sends what it measured after it.
        plan: What it runs; can be pickled.
        stack: Ends the process.

    Returns:
        Our end of the pipe.
    """
    context = get_context("spawn")  # a fork would begin with what this process has done
    pipe, other = context.Pipe()
    process = context.Process(target=loop, args=(other, plan), daemon=True)
    process.start()
    other.close()
    stack.callback(process.join)
    stack.callback(pipe.close)
    return pipe


def receive(pipe: Connection, name: str) -> float:
    """Return the seconds that a loop sends.

    Raises:
        RuntimeError: If its process has ended.
    """
    return float(_receive(pipe, name))


def receive_facts(pipe: Connection, name: str) -> dict[str, Any]:
    """Return what a loop says of itself, by name.

    Raises:
        MemoryError: If its device has too little memory for it.
        RuntimeError: If its process has ended.
    """
    facts: dict[str, Any] = _receive(pipe, name)
    return facts


def _receive(pipe: Connection, name: str) -> Any:
    try:
        message = pipe.recv()
    except EOFError:
        raise RuntimeError(f"the loop of {name} has ended; its error is above") from None
    if isinstance(message, dict) and FAILURE in message:
        raise MemoryError(f"{name}: {message[FAILURE]}")
    return message


class Turns:
    """A loop's own end of the pipe: it is let on before each turn, and sends how long it took.

    Args:
        pipe: To the process that lets it on.
        wait_for_device: Waits until the device has done what it was given.
    """

    def __init__(self, pipe: Connection, wait_for_device: Callable[[], None]) -> None:
        self.pipe = pipe
        self.wait_for_device = wait_for_device
        self._start: float | None = None

    def begin(self, facts: dict[str, Any]) -> None:
        """Send that the loop is ready, and what there is to know of it."""
        self.pipe.send(facts)

    def next(self) -> bool:
        """Send how long the last turn took, if there was one, and wait for the next.

        Returns:
            Whether there is another; else `end` is due.

        Raises:
            SystemExit: If the process that lets it on has ended.
        """
        if self._start is not None:
            self.wait_for_device()
            self.pipe.send(time.perf_counter() - self._start)
        try:
            goes_on = bool(self.pipe.recv())
        except EOFError:
            raise SystemExit("the measurement was ended") from None
        self._start = time.perf_counter()
        return goes_on

    def end(self, facts: dict[str, Any]) -> None:
        """Send what was only known after the last turn."""
        self.pipe.send(facts)


def ends_without_memory(
    loop: Callable[[Connection, Any], None],
) -> Callable[[Connection, Any], None]:
    """Let a loop send that its device has too little memory, in place of failing."""

    @functools.wraps(loop)
    def guarded(pipe: Connection, plan: Any) -> None:
        import torch

        try:
            loop(pipe, plan)
        except torch.OutOfMemoryError:
            pipe.send({FAILURE: "out of memory"})

    return guarded
