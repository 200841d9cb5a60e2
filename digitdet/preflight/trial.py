"""A copy of a run's model and optimizer, to try a step with."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from mmengine.model import BaseModel, revert_sync_batchnorm
from mmengine.optim import OptimWrapper, OptimWrapperDict, build_optim_wrapper
from mmengine.runner import Runner
from torch import nn, optim

from digitdet.learning_rates import adapt_rates
from digitdet.optimizers import optimizers_of, use_fused
from digitdet.preflight.findings import Finding


@dataclass(frozen=True)
class Trial:
    """What a step is tried with; nothing of it is the run's own.

    Attributes:
        model: A copy of the model.
        optim_wrapper: Of the copy, as the config says.
    """

    model: BaseModel
    optim_wrapper: OptimWrapper | OptimWrapperDict

    @property
    def optimizers(self) -> list[optim.Optimizer]:
        """The optimizers; almost always one."""
        return optimizers_of(self.optim_wrapper)

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield name and value of each parameter that is trained."""
        return ((n, p) for n, p in self.model.named_parameters() if p.requires_grad)


def make_trial(runner: Runner) -> Trial | Finding:
    """Copy a runner's model and build its optimizer for the copy.

    In a distributed run the copy's BatchNorm layers are of this process alone: nobody else would
    answer them.

    Args:
        runner: Before its training.

    Returns:
        The trial; a finding that says why there is none, where a training may work all the same.
    """
    model = runner.bare_model
    kind = type(model).__name__
    if not isinstance(model, BaseModel) or type(model).train_step is not BaseModel.train_step:
        return Finding("step", f"not tried, as {kind} has a train_step of its own")
    try:
        model = copy.deepcopy(model)
    except Exception as error:
        text = f"not tried, as {kind} can't be copied ({type(error).__name__}: {error})"
        return Finding("step", text, "warning")
    if runner.distributed:
        model = revert_sync_batchnorm(model)
    trial = Trial(model, build_optim_wrapper(model, runner.cfg.optim_wrapper))
    adapt_rates(
        trial.optim_wrapper, runner.auto_scale_lr, runner.train_dataloader, runner.world_size
    )
    for optimizer in trial.optimizers:
        use_fused(optimizer)
    return trial
