"""Tells sampler and dataset the epoch."""

from typing import Any

from mmengine.hooks import DistSamplerSeedHook
from mmengine.runner import Runner

from digitdet.registry import HOOKS


@HOOKS.register_module()
class SampleSeedHook(DistSamplerSeedHook):
    """Before each epoch, gives the training sampler and dataset the epoch and the run's seed.

    A dataset takes part by a method ``set_epoch(epoch, seed)``; datasets within wrappers are found
    through their ``dataset`` or ``datasets``.
    """

    def before_train_epoch(self, runner: Runner) -> None:
        """Set the epoch of the sampler and of the dataset."""
        super().before_train_epoch(runner)
        _set_epoch(runner.train_dataloader.dataset, runner.epoch, runner.seed)


def _set_epoch(dataset: Any, epoch: int, seed: int) -> None:
    if hasattr(dataset, "set_epoch"):
        dataset.set_epoch(epoch, seed)
    for part in (*getattr(dataset, "datasets", ()), getattr(dataset, "dataset", None)):
        if part is not None:
            _set_epoch(part, epoch, seed)
