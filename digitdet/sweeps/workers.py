"""Processes that train trials side by side, and what happens when one of them ends."""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from digitdet.interruption import name_of
from digitdet.sweeps.trial_process import DONE, STOPPED, VALUE, TrialOrder, run_trial
from digitdet.threads import available_cores

# A fresh process for each trial: what one leaks, or is killed for, is no other's.
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclass
class Worker:
    """A process that trains a trial.

    Attributes:
        order: What it trains.
        process: It.
        line: To it.
        slot: Its place among those that run at once.
        began: When, in seconds.
        outcome: What it said at its end: the kind, and a text; None before.
    """

    order: TrialOrder
    process: Any
    line: Connection
    slot: int
    began: float = field(default_factory=time.monotonic)
    outcome: tuple[str, str] | None = None


@dataclass(frozen=True)
class TrialEnd:
    """How a trial's process ended.

    Attributes:
        number: Of the trial.
        seconds: How long it ran.
        is_stopped: Whether a signal ended the training, which can be gone on with.
        error: What it failed of; "" otherwise.
    """

    number: int
    seconds: float
    is_stopped: bool = False
    error: str = ""


class Workers:
    """Processes that train trials side by side.

    A context manager: what still runs when it is left is killed.

    Args:
        count: How many run at once.
        on_value: Is told trial, epoch and value of each validation; says whether it is to end.
        start_method: Of `multiprocessing`.
    """

    def __init__(
        self,
        count: int,
        on_value: Callable[[int, int, float], bool],
        start_method: str = START_METHOD,
    ) -> None:
        self._count = count
        self._on_value = on_value
        self._context: Any = multiprocessing.get_context(start_method)
        if start_method == "forkserver":
            self._context.set_forkserver_preload([run_trial.__module__])
        self._running: list[Worker] = []

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._running:
            worker.process.kill()
        for worker in self._running:
            worker.process.join()

    def __len__(self) -> int:
        """Count those that run."""
        return len(self._running)

    @property
    def are_free(self) -> bool:
        """Whether one more can run."""
        return len(self._running) < self._count

    def begin(self, order: TrialOrder) -> None:
        """Start a process for a trial, with its share of cores and devices."""
        taken = [worker.slot for worker in self._running]
        slot = next(place for place in range(self._count) if place not in taken)
        threads = None if self._count == 1 else max(1, available_cores() // self._count)
        share = replace(order, num_threads=threads, device=device_of(slot, visible_devices()))
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=run_trial, args=(share, theirs))
        process.start()
        theirs.close()
        self._running.append(Worker(share, process, ours, slot))

    def stop(self) -> None:
        """Ask all to end their step, and save."""
        for worker in self._running:
            worker.process.terminate()

    def serve(self, seconds: float) -> list[TrialEnd]:
        """Answer what comes within some time; return which trials ended."""
        speaking = [worker for worker in self._running if worker.outcome is None]
        by_line: dict[Any, Worker] = {worker.line: worker for worker in speaking}
        by_sentinel = {worker.process.sentinel: worker for worker in self._running}
        ready = set(wait([*by_line, *by_sentinel], seconds))
        for line in ready & by_line.keys():
            self._listen(by_line[line])
        over = [worker for sentinel, worker in by_sentinel.items() if sentinel in ready]
        return [self._end(worker) for worker in over]

    def _listen(self, worker: Worker) -> None:
        """Take what a process says; nothing where it ended in the middle of it."""
        try:
            while worker.outcome is None and worker.line.poll():
                kind, content = worker.line.recv()
                if kind == VALUE:
                    worker.line.send(self._on_value(worker.order.number, *content))
                else:
                    worker.outcome = kind, content
        except (EOFError, OSError):
            worker.outcome = worker.outcome or ("", "")

    def _end(self, worker: Worker) -> TrialEnd:
        self._listen(worker)
        worker.process.join()
        self._running.remove(worker)
        worker.line.close()
        number, seconds = worker.order.number, time.monotonic() - worker.began
        kind, said = worker.outcome or ("", "")
        if kind == STOPPED:
            return TrialEnd(number, seconds, is_stopped=True)
        if kind == DONE:
            return TrialEnd(number, seconds)
        return TrialEnd(number, seconds, error=said or reason_of(worker.process.exitcode))


def reason_of(status: int) -> str:
    """Say why a process ended that said nothing.

    Args:
        status: Its exit status; minus the number of a signal.
    """
    if status >= 0:
        return f"the process ended with status {status}"
    name = name_of(-status)
    hint = ", as the system does where memory is short" if name == "SIGKILL" else ""
    return f"the process was ended by {name}{hint}"


def visible_devices() -> list[str]:
    """Return the CUDA devices that processes of this one see, as the environment names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [name.strip() for name in named.split(",") if name.strip()]
    return [str(index) for index in range(torch.cuda.device_count())]


def device_of(slot: int, devices: Sequence[str]) -> str | None:
    """Return the device of one of several processes; None where there is no choice."""
    return devices[slot % len(devices)] if len(devices) > 1 else None
