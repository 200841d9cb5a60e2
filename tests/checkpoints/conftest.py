"""Runs of a model of two numbers, built from configs as a user's are."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from torch import Tensor, nn

from digitdet.registry import DATASETS, HOOKS, METRICS, MODELS
from digitdet.runner import Runner


@MODELS.register_module()
class Line(BaseModel):
    """A line; it begins with the same weights each time."""

    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(1, 1)
        nn.init.constant_(self.line.weight, 0.5)
        nn.init.zeros_(self.line.bias)

    def forward(self, x: Tensor, y: Tensor, mode: str = "tensor") -> Any:
        value = self.line(x)
        return {"loss": (value - y).square().mean()} if mode == "loss" else [value]


@DATASETS.register_module()
class Points:
    """Points near a line."""

    def __init__(self, count: int = 8) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {"x": torch.tensor([index / 8]), "y": torch.tensor([index % 3 / 4])}


@METRICS.register_module()
class Mean(BaseMetric):
    """The mean of what the model gives."""

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:  # noqa: ARG002
        self.results += [float(value.mean()) for value in data_samples]

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        return {"mean": sum(results) / len(results)}


@HOOKS.register_module()
class Break(Hook):
    """Ends a run as a kill would, after a step."""

    priority = "VERY_LOW"

    def __init__(self, after: int) -> None:
        self.after = after

    def after_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        if runner.iter + 1 == self.after:
            raise RuntimeError("broken")


def line_config(work_dir: Path) -> dict[str, Any]:
    """Two epochs of four steps, with a validation and a schedule."""
    points: dict[str, Any] = dict(dataset=dict(type="Points"), batch_size=2, num_workers=0)
    points["collate_fn"] = dict(type="default_collate")
    return dict(
        default_scope="digitdet",
        work_dir=str(work_dir),
        model=dict(type="Line"),
        train_dataloader=dict(**points, sampler=dict(type="DefaultSampler", shuffle=True)),
        val_dataloader=dict(**points, sampler=dict(type="DefaultSampler", shuffle=False)),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        val_cfg=dict(),
        val_evaluator=dict(type="Mean"),
        optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.1, momentum=0.9)),
        param_scheduler=[dict(type="LinearLR", start_factor=0.1, end=8, by_epoch=False)],
        default_hooks=dict(
            sampler_seed=dict(type="SampleSeedHook"),
            checkpoint=dict(type="CheckpointHook", interval=1),
        ),
        custom_hooks=[],
        visualizer=dict(type="Visualizer", vis_backends=[]),
        randomness=dict(seed=0),
        log_level="ERROR",
    )


@pytest.fixture
def line_run(tmp_path: Path) -> Callable[..., Runner]:
    """Returns a function that builds a run in a folder, with changes by dotted keys."""

    def build(folder: str, changes: dict[str, Any] | None = None, **kwargs: Any) -> Runner:
        config = Config(line_config(tmp_path / folder))
        config.merge_from_dict(changes or {})
        config.update(kwargs)
        return Runner.from_cfg(config)

    return build
