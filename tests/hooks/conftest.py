"""A model and a run that are small enough to be followed by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
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


@pytest.fixture
def tiny() -> Callable[[], Tiny]:
    """Returns a function that makes the model, with the same weights each time."""

    def make() -> Tiny:
        torch.manual_seed(0)
        return Tiny()

    return make


@pytest.fixture
def tiny_runner(tmp_path: Path, tiny: Callable[[], Tiny]) -> Callable[..., Runner]:
    """Returns a function that makes a runner of the model: batches of two, never shuffled."""

    def make(
        name: str,
        samples: list[Any],
        *hooks: Any,
        max_skips: int = 0,
        num_replays_kept: int = 3,
        num_epochs: int = 2,
        validated: bool = False,
        **kwargs: Any,
    ) -> Runner:
        if validated:
            kwargs["val_dataloader"] = DataLoader(make_samples(4), batch_size=2)
            kwargs.update(val_cfg={}, val_evaluator=[MeanMetric()])
        kwargs.setdefault("optim_wrapper", {"optimizer": {"type": "SGD", "lr": 0.1}})
        return Runner(
            model=tiny(),
            work_dir=str(tmp_path / name),
            experiment_name=f"{tmp_path.name}_{name}",
            train_dataloader=DataLoader(samples, batch_size=2),
            train_cfg={"by_epoch": True, "max_epochs": num_epochs},
            default_hooks={
                "finite_loss": FiniteLossHook(max_skips, num_replays_kept),
                "sampler_seed": SampleSeedHook(),
                "accumulation": AccumulationHook(),
                "checkpoint": CheckpointHook(interval=1),
            },
            custom_hooks=list(hooks),
            randomness={"seed": 0},
            log_level="ERROR",
            **kwargs,
        )

    return make


@pytest.fixture
def samples() -> Callable[..., list[Any]]:
    """Returns `make_samples`."""
    return make_samples
