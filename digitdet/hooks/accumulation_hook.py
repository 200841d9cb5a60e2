"""Ends each epoch with an update, where gradients are accumulated over batches."""

import warnings
from typing import Any

from mmengine.hooks import Hook
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner

from digitdet.registry import HOOKS


@HOOKS.register_module()
class AccumulationHook(Hook):
    """Counts the batches of ``optim_wrapper.accumulative_counts`` anew in each epoch.

    The last batches of an epoch, if they are fewer than that, make an update of their own, averaged
    over their number. mmengine's count runs through all epochs instead, so that an epoch may end
    with gradients that no checkpoint holds, and a resumed run would differ.
    """

    def before_train(self, runner: Runner) -> None:
        """Keep quiet that schedules move on before the first update: they do so with each batch."""
        if getattr(runner.optim_wrapper, "_accumulative_counts", 1) > 1:
            warnings.filterwarnings("ignore", "Detected call of `scheduler.step", UserWarning)

    def before_train_epoch(self, runner: Runner) -> None:
        """Begin a new count, or go on with that of an epoch that was stopped in its middle."""
        wrapper, batches = runner.optim_wrapper, len(runner.train_dataloader)
        counts = getattr(wrapper, "_accumulative_counts", 1)
        if counts > 1:
            # As `initialize_count_status` does, which warns of BatchNorm each time.
            wrapper._inner_count = runner.epoch_step(runner.epoch, runner.iter)
            wrapper._max_counts = batches
            wrapper._remainder_counts = batches % counts


def is_updated(wrapper: Any) -> bool:
    """Whether the last step made an update, so that no gradients are accumulated.

    Args:
        wrapper: Of one optimizer or several.
    """
    if isinstance(wrapper, OptimWrapperDict):
        return all(is_updated(part) for part in wrapper.values())
    return not hasattr(wrapper, "should_update") or bool(wrapper.should_update())
