"""The rate that a run trains with, beside the batch that its config states it for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmengine.optim import OptimWrapper, OptimWrapperDict

from digitdet.datasets.loaders import batch_size_of


@dataclass(frozen=True)
class GlobalBatch:
    """What an update of the weights is made of.

    Attributes:
        pictures: Of a batch.
        processes: That have a batch each.
        accumulated: Batches that each process makes an update of.
    """

    pictures: int
    processes: int = 1
    accumulated: int = 1

    @property
    def size(self) -> int:
        """All pictures of an update."""
        return self.pictures * self.processes * self.accumulated

    def __str__(self) -> str:
        factors = [f"a batch of {self.pictures}"]
        if self.processes > 1:
            factors.append(f"{self.processes} processes")
        if self.accumulated > 1:
            factors.append(f"{self.accumulated} batches accumulated")
        return " x ".join(factors)


def adapt_rates(
    wrapper: OptimWrapper | OptimWrapperDict,
    auto_scale_lr: Mapping[str, Any] | None,
    loader: Any,
    processes: int,
) -> str:
    """Scale the rates to the pictures of an update, if ``auto_scale_lr`` is enabled.

    The rule is linear (Goyal et al. 2017, https://arxiv.org/abs/1706.02677): twice the pictures,
    twice the rate.

    Args:
        wrapper: The run's; before its schedules are built.
        auto_scale_lr: The config's: ``base_batch_size``, the pictures of an update that the rate
            is for, and ``enable``.
        loader: The training's.
        processes: Of the run.

    Returns:
        What to say of it; empty where the batch is the one that the rate is for.

    Raises:
        ValueError: If it is enabled and the loader does not say how large its batches are.
    """
    if not auto_scale_lr:
        return ""
    pictures, enabled = batch_size_of(loader), auto_scale_lr.get("enable", False)
    if pictures is None:
        if enabled:
            kind = type(loader.batch_sampler).__name__
            raise ValueError(f"auto_scale_lr: {kind} has no `batch_size` to scale the rate to")
        return ""
    wrappers = list(wrapper.values()) if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    counts = max(getattr(part, "_accumulative_counts", 1) for part in wrappers)
    batch, base = GlobalBatch(pictures, processes, counts), auto_scale_lr["base_batch_size"]
    factor = batch.size / base
    if factor == 1:
        return ""
    beside = f"an update is made of {batch.size} pictures ({batch}), the rate is for {base}"
    if not enabled:
        return f"{beside}: --auto-scale-lr would multiply it by {factor:g}"
    for group in (group for part in wrappers for group in part.param_groups):
        group["lr"] *= factor
    return f"{beside}: it is multiplied by {factor:g}"
