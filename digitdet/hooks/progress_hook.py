"""A progress bar, or plain lines where there is no terminal."""

import atexit
import time
from collections.abc import Mapping
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from torch import Tensor

from digitdet.console import console
from digitdet.registry import HOOKS


@HOOKS.register_module()
class ProgressHook(Hook):
    """Shows how far a run is: loss, learning rate and time left.

    Args:
        interval: Seconds between two plain lines where there is no terminal. The loss is read from
            the device as often as it is shown, at most twice a second.
    """

    priority = "BELOW_NORMAL"  # before EvaluationHook, whose table stands below the bar

    def __init__(self, interval: float = 30.0) -> None:
        if interval <= 0:
            raise ValueError(f"interval has to be positive, got {interval!r} seconds")
        self.interval = 0.5 if _has_bar() else interval
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._shown = 0.0

    def _start(self, what: str, total: int, done: int = 0) -> None:
        self._began, self._before, self._shown = time.monotonic(), done, time.monotonic()
        if is_main_process() and _has_bar():
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
            left = TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[detail]}")
            self._bar = Progress(*columns, *left, console=console, transient=True)
            self._task = self._bar.add_task(what, total=total, completed=done, detail="")
            atexit.register(self._stop)  # an error or Ctrl-C would leave the cursor hidden
            self._bar.start()

    def _stop(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None

    def before_train(self, runner: Runner) -> None:
        """Show the bar of the whole training."""
        self._start("training", runner.max_iters, runner.iter)

    def before_train_epoch(self, runner: Runner) -> None:
        """Name the epoch."""
        if self._bar:
            text = f"epoch {runner.epoch + 1}/{runner.max_epochs}"
            self._bar.update(self._task, description=text)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,  # noqa: ARG002
        outputs: Mapping[str, Tensor] | None = None,
    ) -> None:
        """Move on; show loss and rate when it is time to."""
        now, done = time.monotonic(), runner.iter + 1
        if self._bar:
            self._bar.update(self._task, completed=done)
        if now - self._shown < self.interval or not is_main_process():
            return
        self._shown = now
        rate = next(iter(runner.optim_wrapper.get_lr().values()))[0]
        loss = float(outputs["loss"].detach()) if outputs else float("nan")
        detail = f"loss {loss:.4f}  rate {rate:.2g}"
        if self._bar:
            self._bar.update(self._task, detail=detail)
            return
        left = (now - self._began) / (done - self._before) * (runner.max_iters - done)
        console.print(
            f"epoch {runner.epoch + 1}/{runner.max_epochs}  step {done}/{runner.max_iters} in all  "
            f"{detail}  {_duration(left)} left"
        )

    def after_train(self, runner: Runner) -> None:  # noqa: ARG002
        """Take the bar away."""
        self._stop()

    def after_interruption(self, runner: Runner) -> None:  # noqa: ARG002
        """Take the bar away before what ended the training is said."""
        self._stop()

    def before_test(self, runner: Runner) -> None:
        """Show the bar of a test."""
        self._start("testing", len(runner.test_dataloader))

    def after_test_iter(
        self,
        runner: Runner,  # noqa: ARG002
        batch_idx: int,
        data_batch: Any = None,  # noqa: ARG002
        outputs: Any = None,  # noqa: ARG002
    ) -> None:
        """Move on."""
        if self._bar:
            self._bar.update(self._task, completed=batch_idx + 1)

    def after_test_epoch(self, runner: Runner, metrics: Any = None) -> None:  # noqa: ARG002
        """Take the bar away."""
        self._stop()


def _has_bar() -> bool:
    return console.is_terminal and not console.is_dumb_terminal


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
