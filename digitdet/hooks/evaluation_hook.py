"""Reports the metric beside the loss, epoch by epoch."""

from collections.abc import Mapping
from typing import Any, TypedDict

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.table import Table
from torch import Tensor

from digitdet.console import console
from digitdet.figure_names import is_error
from digitdet.registry import HOOKS

HISTORY = "evaluation_history"
EPOCH_LOSS = "epoch_loss"


class EpochResult(TypedDict):
    """What an epoch gave.

    Attributes:
        epoch: From 1.
        loss: Mean training loss of the epoch; None where all its batches were skipped.
        metrics: Figures of the validation.
    """

    epoch: int
    loss: float | None
    metrics: dict[str, float]


@HOOKS.register_module()
class EvaluationHook(Hook):
    """After each validation, prints one line: loss, mAP, the best so far and its epoch.

    The run ends with the table of all epochs. The history is a part of the checkpoints, so that a
    resumed run ends with the whole table. Scalars ``epoch/loss`` go to the visualizer, at the step
    that the epoch ended with.

    Args:
        metric: Name of the figure that decides which epoch is best: by its highest value, or by its
            lowest if it counts errors.
        columns: Names of the figures of the table.
    """

    priority = "LOW"

    def __init__(
        self,
        metric: str = "map",
        columns: tuple[str, ...] = ("map", "map_50", "map_75", "number_accuracy"),
    ) -> None:
        self.metric = metric
        self.columns = columns
        self.history: list[EpochResult] = []
        self._loss: Tensor | None = None
        self._steps = 0

    def before_train(self, runner: Runner) -> None:
        """Take over the history of a resumed run."""
        if HISTORY in runner.message_hub.runtime_info:
            self.history = list(runner.message_hub.get_info(HISTORY))

    def before_train_epoch(self, runner: Runner) -> None:
        """Begin a new mean, or go on with that of an epoch that was stopped in its middle."""
        if runner.epoch_step(runner.epoch, runner.iter) == 0:
            self._loss, self._steps = None, 0

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:  # noqa: ARG002
        """Save the mean of the epoch, of its sum and count."""
        if checkpoint["meta"]["is_resumable"]:
            loss = None if self._loss is None else self._loss.cpu()
            checkpoint[EPOCH_LOSS] = {"sum": loss, "steps": self._steps}

    def after_load_checkpoint(self, runner: Runner, checkpoint: Mapping[str, Any]) -> None:
        """Take over the mean of the epoch of a resumed run."""
        if runner._resume and EPOCH_LOSS in checkpoint:
            saved = checkpoint[EPOCH_LOSS]
            self._loss, self._steps = saved["sum"], saved["steps"]

    def after_train_iter(
        self,
        runner: Runner,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,  # noqa: ARG002
        outputs: Mapping[str, Tensor] | None = None,
    ) -> None:
        """Add up the loss, without waiting for the device; a skipped batch has none."""
        if outputs:
            loss = outputs["loss"].detach()
            self._loss = loss if self._loss is None else self._loss + loss
            self._steps += 1

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, float] | None = None) -> None:
        """Print the epoch's line and keep its result.

        Raises:
            ValueError: If the metric is not among those that were computed.
        """
        metrics = dict(metrics or {})
        if self.metric not in metrics:
            raise ValueError(
                f"EvaluationHook(metric={self.metric!r}): the evaluators give "
                f"{', '.join(metrics) or 'nothing'}"
            )
        loss = float(self._loss / self._steps) if self._loss is not None else None
        self.history.append(EpochResult(epoch=runner.epoch, loss=loss, metrics=metrics))
        runner.message_hub.update_info(HISTORY, self.history)
        if loss is not None:
            runner.visualizer.add_scalar("epoch/loss", loss, step=runner.iter)
        if is_main_process():
            console.print(_line(self.history, self.metric, runner.max_epochs))
            runner.logger.info(_line(self.history, self.metric, runner.max_epochs))

    def after_train(self, runner: Runner) -> None:
        """Print the table of all epochs, and where the results are."""
        if self.history and is_main_process():
            console.print(_table(self.history, self.metric, self.columns))
            checkpoint = runner.message_hub.runtime_info.get("best_ckpt")
            if checkpoint:
                console.print(f"best checkpoint: {checkpoint}")


def judging_hook(runner: Runner) -> EvaluationHook | None:
    """Return the hook of a run that decides which epoch is best; None without one."""
    return next((hook for hook in runner.hooks if isinstance(hook, EvaluationHook)), None)


def best(history: list[EpochResult], metric: str) -> EpochResult:
    """Return the first epoch with the best value of a metric: the lowest if it counts errors."""
    choose = min if is_error(metric) else max
    return choose(history, key=lambda result: result["metrics"][metric])


def _loss(result: EpochResult) -> str:
    return "-" if result["loss"] is None else f"{result['loss']:.4f}"


def _line(history: list[EpochResult], metric: str, max_epochs: int) -> str:
    last, top = history[-1], best(history, metric)
    return (
        f"epoch {last['epoch']}/{max_epochs}  loss {_loss(last)}  "
        f"{metric} {last['metrics'][metric]:.4f}  "
        f"best {top['metrics'][metric]:.4f} (epoch {top['epoch']})"
    )


def _table(history: list[EpochResult], metric: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=f"validation, best by {metric}", title_justify="left")
    for name in ("epoch", "loss", *columns):
        table.add_column(name, justify="right")
    top = best(history, metric)
    for result in history:
        figures = [result["metrics"].get(name) for name in columns]
        cells = ["-" if figure is None else f"{figure:.4f}" for figure in figures]
        mark = "* " if result is top else ""
        style = "bold" if result is top else None
        table.add_row(f"{mark}{result['epoch']}", _loss(result), *cells, style=style)
    return table
