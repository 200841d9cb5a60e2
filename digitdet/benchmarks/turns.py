"""Processes that run in turns, so that what else the machine does falls on all of them."""

from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any


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
    try:
        return float(pipe.recv())
    except EOFError:
        raise RuntimeError(f"the loop of {name} has ended; its error is above") from None
