"""Writes what a run logs to a table that goes on exactly after a resume."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from numpy.typing import NDArray
from torch import Tensor

from digitdet.hooks.evaluation_hook import HISTORY
from digitdet.registry import HOOKS
from digitdet.scalars_file import SCALARS_CSV, Extent, Row, ScalarsFile, begin, go_on

NOT_REPEATED = frozenset({"train/time", "train/data_time"})


@HOOKS.register_module()
class ScalarsHook(Hook):
    """Writes losses, rates and figures to ``WORK_DIR/scalars.csv``.

    Each row is a step, an epoch, a name and a value, for example ``60,2,train/loss,0.25``:

    - ``train/...``: of the step, which counts from 1 through all epochs, what the message hub was
      given while it ran: the losses, of which a skipped batch has none, and the gradients' norm
      where they are clipped. ``train/lr`` is the rate of the optimizer's first group of parameters,
      ``train/lr.3`` that of group 3 where it is none of the groups' before.
    - ``val/...``: the figures of a validation, in the row of the last step before it.
    - ``epoch/loss``: the mean loss that `EvaluationHook` shows beside them.

    Only what repeats is written, no times and no memory. Each checkpoint records how far the file
    goes with it; a run that goes on cuts off what is beyond, so that in the end the file is the one
    of a run that was never stopped, byte for byte. In a distributed run the losses are the main
    process's.

    Args:
        interval: Steps from one that is written to the next, each with its own values.

    Raises:
        ValueError: If ``interval`` is not positive.
    """

    priority = 80  # after EvaluationHook, before CheckpointHook saves how far the file goes

    def __init__(self, interval: int = 1) -> None:
        if interval < 1:
            raise ValueError(f"ScalarsHook: interval is 1 or more, got {interval!r}")
        self.interval = interval
        self._file: ScalarsFile | None = None
        self._is_resumed = False
        self._saved: Extent | None = None
        self._rates: dict[str, float] = {}
        self._before: dict[str, NDArray[Any]] | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take how far the file goes with a checkpoint that the run goes on from."""
        self._is_resumed, self._saved = runner._resume, checkpoint.get("scalars")

    def before_train(self, runner: Runner) -> None:
        """Open the file, and cut it to where it was when the run was saved that goes on."""
        if not is_main_process():
            return
        file = Path(runner.work_dir, SCALARS_CSV).resolve()
        if self._is_resumed:
            source = Path(runner._load_from or file).resolve().parent / SCALARS_CSV
            self._file, said = go_on(file, source, self._saved)
        else:
            self._file, said = begin(file)
        if said:
            runner.logger.warning(said)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """Take the rates of the step, and what has been logged before it."""
        self._before = None
        if self._file and (runner.iter + 1) % self.interval == 0:
            self._rates = distinct_rates(runner.optim_wrapper.get_lr())
            self._before = _histories(runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,  # noqa: ARG002
        outputs: Any = None,  # noqa: ARG002
    ) -> None:
        """Write the step; the device is not asked again for what the message hub has."""
        if self._file is None or self._before is None:
            return
        values = dict(self._rates)
        for name, history in _histories(runner).items():
            # Each new value makes a new array.
            if history is not self._before.get(name) and name not in NOT_REPEATED:
                values[name] = history[-1].item()
        self._write(runner.iter + 1, runner.epoch + 1, dict(sorted(values.items())))

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, Any] | None = None) -> None:
        """Write the figures of a validation."""
        if self._file is None:
            return
        values = {f"val/{name}": value for name, value in (metrics or {}).items()}
        results = runner.message_hub.runtime_info.get(HISTORY)
        if results and results[-1]["epoch"] == runner.epoch:
            values["epoch/loss"] = results[-1]["loss"]
        self._write(runner.iter, runner.epoch, values)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:  # noqa: ARG002
        """Record how far the file goes with a checkpoint."""
        if self._file:
            checkpoint["scalars"] = dict(self._file.sync())

    def after_run(self, runner: Runner) -> None:  # noqa: ARG002
        """Close the file, when the end of a training that ended early is saved too."""
        if self._file:
            self._file.close()
            self._file = None

    def after_interruption(self, runner: Runner) -> None:
        """Close the file of a run that ended by a signal or an error."""
        self.after_run(runner)

    def _write(self, step: int, epoch: int, values: Mapping[str, Any]) -> None:
        rows: list[Row] = [(step, epoch, name, n) for name, n in to_numbers(values).items()]
        if self._file and rows:
            self._file.append(rows)


def distinct_rates(rates: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the rates of parameter groups, each under the first group that has it.

    Args:
        rates: ``lr``, or ``NAME.lr`` of several optimizers -> the rate of each group.

    Returns:
        ``train/lr`` for the first group, ``train/lr.N`` for group N.
    """
    named: dict[str, float] = {}
    for key, of_groups in rates.items():
        first: dict[float, int] = {}
        for group, rate in enumerate(of_groups):
            first.setdefault(float(rate), group)
        named |= {f"train/{key}.{n}" if n else f"train/{key}": r for r, n in first.items()}
    return named


def to_numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """Return those values that are single numbers, as `to_number` gives them."""
    numbers = {name: to_number(value) for name, value in values.items()}
    return {name: number for name, number in numbers.items() if number is not None}


def to_number(value: Any) -> float | None:
    """Return a single number, of a tensor or an array too, as a plain int or float; else None."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        value = value.item() if math.prod(value.shape) == 1 else None
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else None


def _histories(runner: Runner) -> dict[str, NDArray[Any]]:
    scalars = runner.message_hub.log_scalars
    return {name: one.data[0] for name, one in scalars.items() if name.startswith("train/")}
