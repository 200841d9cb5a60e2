"""Keeps the record of a run: what it is, when it ran, on what, and how it ended."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.analysis.runs.record import EpochTimes, RunRecord, Session
from digitdet.hooks.evaluation_hook import judging_hook
from digitdet.registry import HOOKS
from digitdet.run_record import (
    begin_session,
    describe_run,
    earlier_record,
    end_session,
    now,
    remove_unfinished,
    update_session,
    write_record,
)


@HOOKS.register_module()
class RunRecordHook(Hook):
    """Writes ``WORK_DIR/run.json``: the config, sizes, and each session with its outcome.

    It holds what does not repeat when a run is repeated, times and memory above all; what does is
    in ``scalars.csv``. It is written at the start, after each epoch and validation, and at the end,
    also where a signal or an error ends the run. A run that goes on adds a session. Where it can't
    be written, the log says so, and the training goes on.
    """

    priority = "NORMAL"  # before what is long: the writing of checkpoints, the making of a report

    def __init__(self) -> None:
        self._record: RunRecord | None = None
        self._session = Session()
        self._first_step = 1
        self._started = now()
        self._began = time.perf_counter()  # the session
        self._epoch_began: float | None = None
        self._validation_began = 0.0

    def before_run(self, runner: Runner) -> None:  # noqa: ARG002
        """Begin to measure the session."""
        self._started, self._began = now(), time.perf_counter()
        if torch.cuda.is_available():  # an earlier run of this process may have taken more
            torch.cuda.reset_peak_memory_stats()

    def before_train(self, runner: Runner) -> None:
        """Begin the record, or a session of that of a run that goes on."""
        if not is_main_process():
            return
        folder = Path(runner.work_dir)
        remove_unfinished(folder)
        earlier = _earlier(runner) if runner._resume else RunRecord()
        self._session = begin_session(runner, self._started)
        self._first_step = runner.iter + 1
        judge = judging_hook(runner)
        described = describe_run(runner, judge.metric if judge else None)
        self._record = replace(described, sessions=earlier.sessions, epochs=earlier.epochs)
        self._write(runner)

    def before_train_epoch(self, runner: Runner) -> None:
        """Begin to measure an epoch; one that goes on in its middle is not measured."""
        is_whole = runner.epoch_step(runner.epoch, runner.iter) == 0
        self._epoch_began = time.perf_counter() if is_whole else None

    def after_train_epoch(self, runner: Runner) -> None:
        """Write how long the epoch took."""
        began = self._epoch_began
        seconds = None if began is None else _since(began)
        self._add(EpochTimes(runner.epoch + 1, seconds))
        self._write(runner)

    def before_val(self, runner: Runner) -> None:  # noqa: ARG002
        """Begin to measure a validation."""
        self._validation_began = time.perf_counter()

    def after_val_epoch(self, runner: Runner, metrics: Any = None) -> None:  # noqa: ARG002
        """Write how long the validation took."""
        if self._record is None or not runner.epoch:
            return
        same = [one for one in self._record.epochs if one.epoch == runner.epoch]
        epoch = same[0] if same else EpochTimes(runner.epoch)
        self._add(replace(epoch, validation_seconds=_since(self._validation_began)))
        self._write(runner)

    def after_train(self, runner: Runner) -> None:
        """Write that the run is finished."""
        self._session = end_session(self._session, None)
        self._write(runner)

    def after_run(self, runner: Runner) -> None:
        """Write it again, with the time of what was done after the last step."""
        if self._record is not None:
            self.after_train(runner)
            self._record = None

    def after_interruption(self, runner: Runner) -> None:
        """Write what ended the run."""
        error = sys.exception()
        if getattr(error, "is_finished", False):  # a signal that came too late to stop anything
            error = None
        self._session = end_session(self._session, error)
        self._write(runner)
        self._record = None

    def _add(self, epoch: EpochTimes) -> None:
        if self._record is not None:
            others = [one for one in self._record.epochs if one.epoch != epoch.epoch]
            epochs = sorted([*others, epoch], key=lambda one: one.epoch)
            self._record = replace(self._record, epochs=epochs)

    def _write(self, runner: Runner) -> None:
        if self._record is None:
            return
        seconds = time.perf_counter() - self._began
        self._session = update_session(runner, self._session, self._first_step, seconds)
        record = replace(self._record, sessions=[*self._record.sessions, self._session])
        try:
            write_record(Path(runner.work_dir), record)
        except OSError as error:
            runner.logger.warning(f"run.json is not up to date: {error}")


def _earlier(runner: Runner) -> RunRecord:
    """Return the record that a run goes on with; it lies beside the checkpoint."""
    folder = Path(runner._load_from).resolve().parent
    try:
        return earlier_record(folder, runner.epoch)
    except ValueError as error:
        runner.logger.warning(f"the record of the sessions before is left out: {error}")
        return RunRecord()


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)
