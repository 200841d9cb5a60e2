"""A model and runs of it that are small enough to be followed by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from torch import Tensor, nn
from torch.utils.data import DataLoader

from digitdet.hooks import AccumulationHook, CheckpointHook, FiniteLossHook, SampleSeedHook
from digitdet.runner import Runner


class Tiny(BaseModel):
    """Two layers with BatchNorm between them; ``trap`` leads to gradients that are no number."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
        self.head = nn.Linear(4, 1)

    def forward(self, inputs: Tensor, trap: Tensor, mode: str = "tensor") -> Any:
        value = self.head(self.body(inputs))
        if mode != "loss":
            return [value.detach()]
        # The square root of 0 is 0; its slope there is infinite, and times 0 it is NaN.
        root = (self.head.weight * 0).sum().sqrt() if trap.any() else 0
        return {"loss_square": value.square().mean(), "loss_root": root + value.abs().mean()}


class MeanMetric(BaseMetric):
    """The mean of all outputs."""

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:  # noqa: ARG002
        self.results += [float(value.mean()) for value in data_samples]

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        return {"mean": sum(results) / len(results)}


def make_samples(count: int, bad: Sequence[int] = (), trapped: Sequence[int] = ()) -> list[Any]:
    """Samples of three numbers; those of ``bad`` are infinite, those of ``trapped`` a trap."""
    generator = torch.Generator().manual_seed(count)
    samples = [
        {"inputs": torch.randn(3, generator=generator), "trap": torch.tensor(index in trapped)}
        for index in range(count)
    ]
    for index in bad:
        samples[index]["inputs"][1] = float("inf")
    return samples


def make_tiny() -> Tiny:
    """The model, with the same weights each time."""
    torch.manual_seed(0)
    return Tiny()


def make_runner(
    folder: Path,
    samples: Any,
    *hooks: Any,
    max_skips: int = 0,
    num_replays_kept: int = 3,
    num_epochs: int = 2,
    validated: bool = False,
    default_hooks: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Runner:
    """A runner of the model: batches of two, never shuffled; samples may be a loader, too."""
    if validated:
        kwargs["val_dataloader"] = DataLoader(make_samples(4), batch_size=2)
        kwargs.update(val_cfg={}, val_evaluator=[MeanMetric()])
    kwargs.setdefault("optim_wrapper", {"optimizer": {"type": "SGD", "lr": 0.1}})
    is_loader = isinstance(samples, DataLoader | dict)
    return Runner(
        model=make_tiny(),
        work_dir=str(folder),
        experiment_name=f"{folder.parent.name}_{folder.name}",
        train_dataloader=samples if is_loader else DataLoader(samples, batch_size=2),
        train_cfg={"by_epoch": True, "max_epochs": num_epochs},
        default_hooks={
            "finite_loss": FiniteLossHook(max_skips, num_replays_kept),
            "sampler_seed": SampleSeedHook(),
            "accumulation": AccumulationHook(),
            "checkpoint": CheckpointHook(interval=1),
            **(default_hooks or {}),
        },
        custom_hooks=list(hooks),
        randomness={"seed": 0},
        log_level="ERROR",
        **kwargs,
    )
