"""Trainings of a moment whose figures are known beforehand, in files as a user writes them.

The metric after epoch N is ``level * (1 - 0.5 ** N)``; what ``fault`` names happens instead of the
first step: a loss that is no number, an error, or the end of the process.
"""

from pathlib import Path

PARTS = '''
"""Parts of a training."""

import os
import signal

import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from torch import nn

from digitdet.registry import DATASETS, METRICS, MODELS


@DATASETS.register_module()
class ToyNumbers:
    def __init__(self, count: int = 4) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        if not 0 <= index < self.count:
            raise IndexError(index)
        return {"inputs": torch.tensor([float(index)])}


@MODELS.register_module()
class ToyModel(BaseModel):
    def __init__(self, level: float = 0.5, fault: str = "", sizes: tuple = (1, 2)) -> None:
        super().__init__()
        self.level, self.fault = level, fault
        self.weight = nn.Parameter(torch.zeros(1))
        self.register_buffer("pictures", torch.zeros(1))

    def forward(self, inputs: torch.Tensor, mode: str = "tensor"):
        if mode != "loss":
            return [self.level * (1 - 0.5 ** float(self.pictures / 4))] * len(inputs)
        if self.fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "error":
            raise RuntimeError("no memory left\\nfor this")
        self.pictures += len(inputs)
        factor = float("nan") if self.fault == "nan" else 1.0
        return {"loss": (factor * self.weight - inputs).square().mean()}


@METRICS.register_module()
class ToyMetric(BaseMetric):
    def process(self, data_batch, data_samples) -> None:
        self.results += list(data_samples)

    def compute_metrics(self, results: list) -> dict[str, float]:
        return {"map": sum(results) / len(results), "digits_missing": 1 - max(results)}

    @classmethod
    def figure_names(cls) -> tuple[str, ...]:
        return ("map", "digits_missing")
'''
CONFIG = '''
"""A training of a moment."""

default_scope = "digitdet"
custom_imports = dict(imports=["toy_parts"])
model = dict(type="ToyModel", level=0.5)
train_dataloader = dict(
    dataset=dict(type="ToyNumbers"),
    batch_size=2,
    collate_fn=dict(type="default_collate"),
    sampler=dict(type="DefaultSampler", shuffle=True),
)
val_dataloader = dict(
    dataset=dict(type="ToyNumbers"),
    batch_size=2,
    collate_fn=dict(type="default_collate"),
    sampler=dict(type="DefaultSampler", shuffle=False),
)
val_evaluator = [dict(type="ToyMetric")]
train_cfg = dict(by_epoch=True, max_epochs=3)
val_cfg = dict()
optim_wrapper = dict(optimizer=dict(type="SGD", lr=0.01, momentum=0.9))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.5, by_epoch=False, end=2),
    dict(type="CosineAnnealingLR", T_max=3),
]
default_hooks = dict(
    runtime_info=dict(type="RuntimeInfoHook"),
    timer=dict(type="IterTimerHook"),
    finite_loss=dict(type="FiniteLossHook"),
    sampler_seed=dict(type="SampleSeedHook"),
    accumulation=dict(type="AccumulationHook"),
    logger=dict(type="LoggerHook"),
    param_scheduler=dict(type="ParamSchedulerHook"),
    checkpoint=dict(type="CheckpointHook", interval=1, save_best="map", rule="greater"),
)
custom_hooks = [dict(type="EvaluationHook", metric="map")]
visualizer = dict(type="Visualizer", vis_backends=[])
env_cfg = dict(mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0))
randomness = dict(seed=0)
'''


def write_toy(folder: Path) -> Path:
    """Write the config and its parts; return the config."""
    (folder / "toy_parts.py").write_text(PARTS, encoding="utf-8")
    file = folder / "toy.py"
    file.write_text(CONFIG, encoding="utf-8")
    return file


def write_space(folder: Path, content: str) -> Path:
    """Write a space, the text being what stands in its braces; return it."""
    file = folder / "space.py"
    file.write_text(f"space = {{\n{content}\n}}\n", encoding="utf-8")
    return file
