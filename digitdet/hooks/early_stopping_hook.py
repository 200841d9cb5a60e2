"""Ends a training that no longer gets better."""

import math
from collections.abc import Mapping
from typing import Any, TypedDict

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.console import console
from digitdet.registry import HOOKS

STATE = "early_stopping"


class Progress(TypedDict):
    """How a figure has done so far.

    Attributes:
        best: Its best value; None where it has none yet.
        epoch: The epoch of the best value.
        waited: Validations since then.
    """

    best: float | None
    epoch: int
    waited: int


@HOOKS.register_module()
class EarlyStoppingHook(Hook):
    """Ends the training when a figure of the validation has not improved for some time.

    Its count is a part of the checkpoints, so that a resumed run stops where it would have.

    Args:
        monitor: Name of the figure.
        rule: ``"greater"`` or ``"less"``: which value is better.
        min_delta: What the figure has to improve by to count as better.
        patience: Validations in a row without improvement after which the training ends.
        stopping_threshold: The training ends as soon as the figure is this good; None for never.

    Raises:
        ValueError: If an argument is out of its range.
    """

    priority = 75  # after EvaluationHook's line, before CheckpointHook saves the count

    def __init__(
        self,
        monitor: str = "map",
        rule: str = "greater",
        min_delta: float = 0.001,
        patience: int = 5,
        stopping_threshold: float | None = None,
    ) -> None:
        if rule not in ("greater", "less"):
            raise ValueError(f"EarlyStoppingHook: rule is 'greater' or 'less', got {rule!r}")
        if min_delta < 0:
            raise ValueError(f"EarlyStoppingHook: min_delta is 0 or more, got {min_delta!r}")
        if patience < 1:
            raise ValueError(f"EarlyStoppingHook: patience is 1 or more, got {patience!r}")
        self.monitor = monitor
        self.rule = rule
        self.min_delta = min_delta
        self.patience = patience
        self.stopping_threshold = stopping_threshold
        self.progress = Progress(best=None, epoch=0, waited=0)

    def before_train(self, runner: Runner) -> None:
        """Take over the count of a resumed run, which may have ended already."""
        self.check_run(runner)
        if STATE in runner.message_hub.runtime_info:
            self.progress = runner.message_hub.get_info(STATE)  # a copy
            self._stop_if_due(runner)

    def check_run(self, runner: Runner) -> None:
        """Refuse a run without a validation to watch.

        Raises:
            ValueError: If it has none.
        """
        if runner.val_loop is None:
            raise ValueError("EarlyStoppingHook needs a validation: `val_dataloader`, `val_cfg`")

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, float] | None = None) -> None:
        """Compare with the best so far; end the training, and say why, when it is time to.

        Raises:
            ValueError: If the figure is not among those that were computed.
        """
        if self.monitor not in (metrics or {}):
            raise ValueError(
                f"EarlyStoppingHook(monitor={self.monitor!r}): the evaluators give "
                f"{', '.join(metrics or ()) or 'nothing'}"
            )
        value = float((metrics or {})[self.monitor])
        if self._is_better(value):
            self.progress = Progress(best=value, epoch=runner.epoch, waited=0)
        else:
            self.progress["waited"] += 1
        runner.message_hub.update_info(STATE, dict(self.progress))
        self._stop_if_due(runner)

    def _is_better(self, value: float) -> bool:
        """Whether a value improves on the best; one that is no number never does."""
        best = self.progress["best"]
        if not math.isfinite(value):
            return False
        if best is None:
            return True
        gain = value - best if self.rule == "greater" else best - value
        return gain > 0 and gain >= self.min_delta

    def _stop_if_due(self, runner: Runner) -> None:
        reason = self._reason(self.progress)
        if reason:
            runner.train_loop.stop_training = True
            if is_main_process():
                console.print(f"training ends after epoch {runner.epoch}: {reason}")
            runner.logger.info(f"early stopping after epoch {runner.epoch}: {reason}")

    def _reason(self, progress: Progress) -> str:
        """Return why the training ends, or nothing where it goes on."""
        best: Any = progress["best"]
        reached = self.stopping_threshold
        sign = 1 if self.rule == "greater" else -1
        if reached is not None and best is not None and sign * (best - reached) >= 0:
            return f"{self.monitor} {best:.4f} reaches the stopping threshold, {reached}"
        if progress["waited"] < self.patience:
            return ""
        since = f" than {best:.4f} in epoch {progress['epoch']}" if best is not None else ""
        return (
            f"{self.monitor} was not better by {self.min_delta} or more{since} in the last "
            f"{progress['waited']} validations (EarlyStoppingHook)"
        )
