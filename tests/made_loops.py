"""Loops of a benchmark that do nothing; processes of their own import them, so they are light."""

from multiprocessing.connection import Connection
from typing import Any

from digitdet.benchmarks.turns import FAILURE


def quick(pipe: Connection, plan: Any) -> None:
    """Send that each turn took a quarter of a second."""
    pipe.send({"flop": 1e9, "plan": plan})
    while pipe.recv():
        pipe.send(0.25)
    pipe.send({"peak_bytes": 7})


def without_memory(pipe: Connection, plan: Any) -> None:  # noqa: ARG001
    """Have too little memory in the second turn."""
    pipe.send({})
    pipe.recv()
    pipe.send(1.5)
    pipe.recv()
    pipe.send({FAILURE: "out of memory"})


def broken(pipe: Connection, plan: Any) -> None:
    """End at once."""
