"""Seeds every draw of a training, so that it repeats and resumes exactly."""

from typing import Any

from mmengine.dist import get_rank
from mmengine.hooks import DistSamplerSeedHook
from mmengine.runner import EpochBasedTrainLoop, Runner

from digitdet.datasets.samples import inner_datasets
from digitdet.registry import HOOKS
from digitdet.replay.draws import seed_step


@HOOKS.register_module()
class SampleSeedHook(DistSamplerSeedHook):
    """Gives the sampler and the dataset the epoch, and seeds the model's draws in each step.

    A dataset takes part by a method ``set_epoch(epoch, seed)``; datasets within wrappers are found
    through their ``dataset`` or ``datasets``. The draws of a step, of the proposals to learn from
    for example, follow from the run's seed, the step and the rank alone.
    """

    def before_train(self, runner: Runner) -> None:
        """Refuse a run that does not suit it."""
        self.check_run(runner)

    def check_run(self, runner: Runner) -> None:
        """Refuse a loop without epochs, in which each pass would have the same draws.

        Raises:
            ValueError: If the loop is not by epoch.
        """
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            raise ValueError("SampleSeedHook needs train_cfg=dict(by_epoch=True, max_epochs=...)")

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """Seed Python's, NumPy's and torch's generators for the step."""
        seed_step(runner.seed, runner.iter, get_rank())

    def before_train_epoch(self, runner: Runner) -> None:
        """Set the epoch of the sampler and of the dataset."""
        super().before_train_epoch(runner)
        set_epoch(runner.train_dataloader.dataset, runner.epoch, runner.seed)


def set_epoch(dataset: Any, epoch: int, seed: int) -> None:
    """Set the epoch of a dataset's draws, from 0, and the seed; within wrappers too."""
    if hasattr(dataset, "set_epoch"):
        dataset.set_epoch(epoch, seed)
    for part in inner_datasets(dataset):
        set_epoch(part, epoch, seed)
