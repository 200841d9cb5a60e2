"""Trainings that are stopped at each of their moments, against the one that never was."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from crashing.comparison import check_equal
from mmengine.hooks import DistSamplerSeedHook, Hook
from tiny_runs import make_runner, make_samples
from torch.utils.data import DataLoader, Dataset

from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.hooks import CheckpointHook, EarlyStoppingHook, EMAHook, EvaluationHook, ScalarsHook
from digitdet.interruption import TrainingInterrupted

NUM_SAMPLES = 8  # in four batches


class Stop(Hook):
    """Asks the training to end when it has come to a certain of its moments; counts them."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.count = 0

    def _come(self, *_: Any, **__: Any) -> None:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGTERM)

    before_train_epoch = before_train_iter = after_train_iter = after_train_epoch = _come
    before_val_epoch = after_val_iter = after_val_epoch = before_save_checkpoint = _come


class Draws(Hook):
    """Draws numbers between the steps, and logs them."""

    priority = "LOW"

    def before_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        runner.message_hub.update_scalar("train/before", _draw())

    def after_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        runner.message_hub.update_scalar("train/after", _draw())


def _draw() -> float:
    return random.random() + float(np.random.rand()) + float(torch.rand(()))


class Noise(Dataset[Any]):
    """Samples with noise of the global generators; counts what is read."""

    def __init__(self) -> None:
        self.samples = make_samples(NUM_SAMPLES)
        self.read: list[int] = []

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Any:
        self.read.append(index)
        sample = self.samples[index]
        return {**sample, "inputs": sample["inputs"] + _draw()}


def noisy() -> dict[str, Any]:
    """A run that draws all over, and not by step; shuffled by the global generator."""
    return {
        "samples": DataLoader(Noise(), batch_size=2, shuffle=True),
        "default_hooks": {"sampler_seed": DistSamplerSeedHook()},
    }


def scheduled() -> dict[str, Any]:
    """A run whose rates follow steps, epochs and validations, with clipped gradients."""
    optimizer = {"type": "AdamW", "lr": 0.1}
    return {
        "samples": make_samples(NUM_SAMPLES),
        "optim_wrapper": {"optimizer": optimizer, "clip_grad": {"max_norm": 0.1}},
        "param_scheduler": [
            {"type": "LinearLR", "start_factor": 0.1, "by_epoch": False, "end": 3},
            {"type": "StepLR", "step_size": 1, "by_epoch": True},
            {"type": "ReduceOnPlateauLR", "monitor": "mean", "patience": 0, "threshold": 9.0},
        ],
    }


def accumulated() -> dict[str, Any]:
    """A run with an average of weights that change with every second step; checkpoints by step."""
    optimizer = {"type": "SGD", "lr": 0.1, "momentum": 0.9}
    checkpoint = CheckpointHook(
        interval=3, by_epoch=False, save_best="mean", max_keep_ckpts=2, stopover_interval=2
    )
    return {
        "samples": make_samples(NUM_SAMPLES + 2),  # the last one's update is of one batch
        "optim_wrapper": {"optimizer": optimizer, "accumulative_counts": 2},
        "default_hooks": {"checkpoint": checkpoint},
        "hooks": [EMAHook(momentum=0.25, interval=2)],
    }


def stopped_early() -> dict[str, Any]:
    """A run that ends before its last epoch, and skips a batch."""
    checkpoint = CheckpointHook(save_best=["mean"], rule="less", max_keep_ckpts=1)
    return {
        "samples": make_samples(NUM_SAMPLES, bad=[2]),
        "max_skips": 3,
        "num_epochs": 9,
        "default_hooks": {"checkpoint": checkpoint},
        "hooks": [EarlyStoppingHook(monitor="mean", patience=1, min_delta=9.0)],
    }


def run(folder: Path, kind: Callable[[], dict[str, Any]], at: int | None = None) -> Stop:
    """Train, or go on with a training, until it ends or comes to a moment."""
    arguments = kind()
    hooks = [EvaluationHook(metric="mean", columns=("mean",)), ScalarsHook(), Draws()]
    stop = Stop(at)
    newest = newest_checkpoint(folder)
    runner = make_runner(
        folder,
        arguments.pop("samples"),
        *hooks,
        *arguments.pop("hooks", ()),
        stop,
        validated=True,
        resume=newest is not None,
        load_from=newest and str(newest),
        **arguments,
    )
    try:
        runner.train()
    finally:
        for file in folder.glob("*.py"):  # the config, named by the time
            file.unlink()
    return stop


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.campaign)])
@pytest.mark.parametrize("kind", [noisy, scheduled, accumulated, stopped_early])
def test_stopped_at_any_moment_a_training_ends_as_if_it_were_not(
    kind: Callable[[], dict[str, Any]],
    every: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # in no repository, whose commit may change meanwhile
    reference = tmp_path / "straight" / "run"
    count = run(reference, kind).count
    checkpoints = set()
    for moment in range(1, count + 1, every):
        folder = tmp_path / str(moment) / "run"
        with pytest.raises(TrainingInterrupted) as stopped:
            run(folder, kind, at=moment)
        if stopped.value.checkpoint:
            checkpoints.add(stopped.value.checkpoint.name)
            assert stopped.value.checkpoint.is_file()
        if "the training is finished" not in stopped.value.place:
            run(folder, kind)
        check_equal(folder, reference)
    assert len(checkpoints) > 2
