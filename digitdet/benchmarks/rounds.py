"""Lets loops run in rounds, each in turn, and keeps what they took."""

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, TypeVar

from digitdet.benchmarks.turns import receive, receive_facts, start
from digitdet.console import track

T = TypeVar("T")
Loop = Callable[[Connection, Any], None]


@dataclass
class Measured:
    """What a loop took.

    Attributes:
        facts: What it says of itself, by name.
        seconds: Round -> how long its turn took; rounds that it sat out are not there.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)


def spread_rounds(number: int, count: int) -> set[int]:
    """Choose some of a number of rounds, as evenly as can be; all if ``count`` is not less."""
    count = min(number, count)
    return {(2 * index + 1) * number // (2 * count) for index in range(count)}


def run_rounds(
    loops: Mapping[str, tuple[Loop, Collection[int]]], plan: Any, num_rounds: int
) -> dict[str, Measured]:
    """Run loops in turns, each in a process of its own, while the others wait.

    Each has a turn that is not measured first. One whose device has too little memory is left out
    from then on.

    Args:
        loops: Name -> the loop, and the rounds, from 0, that it takes part in.
        plan: What they run.
        num_rounds: How many rounds there are.

    Returns:
        Name -> what was measured. It has no ``seconds`` where memory did not suffice, and the
        reason as the fact ``failure``.

    Raises:
        RuntimeError: If a loop fails.
    """
    measured = {name: Measured() for name in loops}
    with ExitStack() as stack:
        running = {name: start(loop, plan, stack) for name, (loop, _) in loops.items()}
        for name in loops:
            measured[name].facts |= _hear(receive_facts, running, measured, name) or {}
        for number in track(range(-1, num_rounds), "measuring"):
            for name, (_, rounds) in loops.items():
                if name in running and (number < 0 or number in rounds):
                    running[name].send(True)
                    seconds = _hear(receive, running, measured, name)
                    if seconds is not None and number >= 0:
                        measured[name].seconds[number] = seconds
        for name in list(running):
            running[name].send(False)
            measured[name].facts |= receive_facts(running[name], name)
    return measured


def _hear(
    receive_it: Callable[[Connection, str], T],
    running: dict[str, Connection],
    measured: Mapping[str, Measured],
    name: str,
) -> T | None:
    """Return what a loop sends; None if its memory did not suffice, and it is left out."""
    try:
        return receive_it(running[name], name)
    except MemoryError as error:
        measured[name].facts["failure"] = str(error)
        measured[name].seconds.clear()
        del running[name]
        return None


def pair_ratios(one: Measured, other: Measured) -> list[float]:
    """Return how many times as long one loop took as another, in each round that both ran in."""
    both = sorted(one.seconds.keys() & other.seconds.keys())
    return [one.seconds[number] / other.seconds[number] for number in both]


def median_seconds(measured: Measured) -> float:
    """Return the median of a loop's turns, in seconds."""
    return median(measured.seconds.values())
