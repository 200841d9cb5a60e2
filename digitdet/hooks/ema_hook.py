"""Averages the weights of a training."""

from typing import Any

import mmengine.hooks
from mmengine.runner import Runner

from digitdet.registry import HOOKS


@HOOKS.register_module()
class EMAHook(mmengine.hooks.EMAHook):
    """Keeps an exponential moving average of the weights: average += momentum (weights - average).

    Validation scores the average, and checkpoints hold it as their weights, so that every tool
    uses it; what training goes on from is kept beside it and used by ``--resume``. BatchNorm's
    statistics are those of the training, not averaged.

    Args:
        momentum: Share of the newest weights in the average, above 0 and below 1. 0.002 averages
            over some 500 steps.
        begin_epoch: The epoch, from 1, that the average begins with; until then it is the weights
            themselves. 0 and 1 for the first.
        interval: Steps between two updates of the average.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(self, momentum: float = 0.0002, begin_epoch: int = 0, interval: int = 1) -> None:
        if not 0 < momentum < 1:
            raise ValueError(f"EMAHook: momentum is above 0 and below 1, got {momentum!r}")
        if begin_epoch < 0:
            raise ValueError(f"EMAHook: begin_epoch is 0 or more, got {begin_epoch!r}")
        if interval < 1:
            raise ValueError(f"EMAHook: interval is 1 or more, got {interval!r}")
        super().__init__(begin_epoch=begin_epoch, momentum=momentum, interval=interval)
        self._is_swapped = False  # whether the model has the average as its weights

    def before_train(self, runner: Runner) -> None:
        """Refuse a run that does not suit it."""
        self.check_run(runner)

    def check_run(self, runner: Runner) -> None:
        """Refuse an average that would never begin.

        Raises:
            ValueError: If it begins after the last epoch.
        """
        if self.begin_epoch > runner.max_epochs:
            raise ValueError(
                f"EMAHook: begin_epoch is {self.begin_epoch}, but training ends with epoch "
                f"{runner.max_epochs}"
            )

    def before_val_epoch(self, runner: Runner) -> None:
        """Give the model the average."""
        super().before_val_epoch(runner)
        self._is_swapped = True

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Give the model its weights back."""
        super().after_val_epoch(runner, metrics)
        self._is_swapped = False

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Save the average as the weights, and the weights beside it; both from the CPU.

        In a validation that ends early they have changed places already, but for the buffers.
        """
        average = {name: value.cpu() for name, value in self.ema_model.state_dict().items()}
        weights = checkpoint["state_dict"]
        buffers = {name for name, _ in runner.bare_model.named_buffers()}
        for name in [name for name in weights if name in buffers or not self._is_swapped]:
            key = f"module.{name}"
            weights[name], average[key] = average[key], weights[name]
        checkpoint["ema_state_dict"] = average
