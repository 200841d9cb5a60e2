"""A trial's training, in a process of its own that tells the sweep's how it goes."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.checkpoints.finding import has_checkpoints
from digitdet.interruption import raised_signals
from digitdet.training import train

CONSOLE = "console.log"
LONGEST = 300  # letters of an error; the log has all
# What a trial's process sends: the kind, and what belongs to it.
VALUE, DONE, STOPPED, BROKEN = "value", "done", "stopped", "broken"


@dataclass(frozen=True)
class TrialOrder:
    """What a process is to train.

    Attributes:
        number: Of the trial.
        config_file: The config.
        options: Overrides, ``KEY=VALUE``: those of the sweep, and the trial's values.
        folder: Of the run.
        metric: Figure of the validation that is told.
        preflight: Check before the first step.
        num_threads: That torch computes with; None for as many as there are cores.
        device: The one CUDA device that the process sees; None for all.
    """

    number: int
    config_file: str
    options: Sequence[str]
    folder: str
    metric: str
    preflight: bool = False
    num_threads: int | None = None
    device: str | None = None


class TellingHook(Hook):
    """Tells the sweep the metric of each validation; ends the training if the sweep says so.

    Args:
        metric: Name of the figure.
        line: To the sweep's process.
    """

    priority = "VERY_LOW"  # after what else a validation decides, before CheckpointHook

    def __init__(self, metric: str, line: Connection) -> None:
        self.metric = metric
        self.line = line

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, float] | None = None) -> None:
        """Tell the value, and wait for the answer.

        Raises:
            KeyboardInterrupt: If nobody is there to be told.
            ValueError: If the metric is not among those that were computed.
        """
        if self.metric not in (metrics or {}):
            given = ", ".join(metrics or ()) or "nothing"
            raise ValueError(f"--metric {self.metric}: the evaluators give {given}")
        try:
            self.line.send((VALUE, (runner.epoch, float((metrics or {})[self.metric]))))
            is_pruned = self.line.recv()
        except (EOFError, OSError):
            # Before the result is saved: who goes on with the trial validates, and tells, again.
            raise KeyboardInterrupt("the sweep is gone") from None
        if is_pruned:
            runner.train_loop.stop_training = True
            runner.logger.info(f"training ends after epoch {runner.epoch}: the trial is pruned")


def run_trial(order: TrialOrder, line: Connection) -> None:
    """Train, and tell how it goes; what is printed goes to ``console.log`` in the run's folder.

    Args:
        order: What to train.
        line: To the sweep's process: gets ``(VALUE, (epoch, value))`` after each validation,
            which is answered by whether the trial is to end, and at last ``(DONE, "")``,
            ``(STOPPED, why)`` after a signal, or ``(BROKEN, error)``.
    """
    folder = Path(order.folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_to(folder / CONSOLE)
    _settle(order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with raised_signals():
            answer = _train(order, line)
    except KeyboardInterrupt as error:
        answer = STOPPED, str(error)
        print(error, file=sys.stderr)
    with suppress(OSError):
        line.send(answer)


def _train(order: TrialOrder, line: Connection) -> tuple[str, str]:
    try:
        train(
            order.config_file,
            work_dir=order.folder,
            resume=has_checkpoints(Path(order.folder)),
            options=order.options,
            preflight=order.preflight,
            hooks=[TellingHook(order.metric, line)],
        )
    except Exception as error:  # whatever it is, the other trials go on
        traceback.print_exc()
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return BROKEN, text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return DONE, ""


def _write_to(file: Path) -> None:
    """Let this process, and what it starts, print to a file."""
    stream = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for standard in (sys.stdout, sys.stderr):
        standard.flush()
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.close(stream)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115


def _settle(order: TrialOrder) -> None:
    """Take this process's share of the machine."""
    if order.num_threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(order.num_threads)
        torch.set_num_threads(order.num_threads)
    if order.device is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = order.device


def _end_with_parent(process: Any = None) -> None:
    """Ask this process to end as soon as the sweep's is gone, however that ended."""
    parent = process or parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
