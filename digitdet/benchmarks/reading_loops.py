"""The loops whose readings are timed: `DigitReader` with one picture at a time, and with all."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypedDict

import torch

from digitdet.benchmarks.costs import wait_for
from digitdet.benchmarks.turns import Turns, ends_without_memory
from digitdet.digit_reader import DigitReader
from digitdet.peak_memory import peak_bytes

Milliseconds = list[float]


class ReadingPlan(TypedDict):
    """What a process reads.

    Attributes:
        config: The config of the model; None for the one that its checkpoint carries.
        checkpoint: The checkpoint; None for the weights that come with digitdet.
        files: The pictures.
    """

    config: str | None
    checkpoint: str | None
    files: Sequence[Path]


@ends_without_memory
def read_singly(pipe: Connection, plan: ReadingPlan) -> None:
    """Read one picture at a time, from its file to its numbers."""
    _read_in_turns(pipe, plan, _singly)


@ends_without_memory
def read_together(pipe: Connection, plan: ReadingPlan) -> None:
    """Read all pictures by one call, which batches those of one size."""
    _read_in_turns(pipe, plan, _together)


def _singly(reader: DigitReader, files: Sequence[Path]) -> Milliseconds:
    taken = []
    for file in files:
        start = time.perf_counter()
        reader(file)
        taken.append(1000 * (time.perf_counter() - start))
    return taken


def _together(reader: DigitReader, files: Sequence[Path]) -> Milliseconds:
    reader(files)
    return []


def _read_in_turns(
    pipe: Connection,
    plan: ReadingPlan,
    read: Callable[[DigitReader, Sequence[Path]], Milliseconds],
) -> None:
    """Time readings; what each picture took is told in the end."""
    reader = DigitReader(plan["config"], plan["checkpoint"])
    device = torch.device(reader.device)
    run = partial(read, reader, plan["files"])
    turns = Turns(pipe, wait_for(device))
    turns.begin({"threads": torch.get_num_threads(), "bytes_loaded": peak_bytes(device)})
    milliseconds: list[Milliseconds] = []
    while turns.next():
        milliseconds.append(run())
    # The first turn is not counted: each size of picture is met for the first time in it.
    counted = [one for turn in milliseconds[1:] for one in turn]
    turns.end({"peak_bytes": peak_bytes(device), "milliseconds": counted})
