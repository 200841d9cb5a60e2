"""What the processes of a benchmark of detectors run."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypedDict

import torch
from mmengine.config import Config
from mmengine.device import get_device
from torch import nn

from digitdet import config as configs
from digitdet.benchmarks.repeated_pictures import RepeatedPictures
from digitdet.datasets.collate import collate
from digitdet.models.inference import Precision
from digitdet.registry import MODELS
from digitdet.structures import Batch
from digitdet.threads import keep_to_cores

SEED = 0


class Plan(TypedDict):
    """What a process runs.

    Attributes:
        config_file: The config of digitdet's model.
        options: Overrides of it, ``KEY=VALUE``.
        picture: Height and width of random pictures, in pixels; None for the first ones of the
            config's training data.
        batch_size: Pictures of a step.
        precision: What is computed in.
        num_turns: Steps that there may be.
        folder: For what is written.
    """

    config_file: str
    options: list[str]
    picture: tuple[int, int] | None
    batch_size: int
    precision: Precision
    num_turns: int
    folder: Path


def load_config(plan: Plan) -> Config:
    """Load a plan's config; its model begins with random weights, which need no file.

    This process computes with as many threads from then on as digitdet's tools.
    """
    keep_to_cores()
    config = configs.load(plan["config_file"], plan["options"])
    config.load_from, config.resume = None, False
    configs.forget_pretrained(config)
    return config


def initial_model(config: Config) -> nn.Module:
    """Build a config's model; its weights are the same in each process."""
    torch.manual_seed(SEED)
    model: nn.Module = MODELS.build(config.model)
    return model


def pictures_of(plan: Plan, config: Config) -> dict[str, Any]:
    """Return the config of a data set of a plan's pictures, enough for all its steps."""
    return {
        "type": RepeatedPictures.__name__,
        "num_pictures": plan["batch_size"],
        "length": plan["batch_size"] * plan["num_turns"],
        "size": plan["picture"],
        "dataset": config.train_dataloader.dataset if plan["picture"] is None else None,
    }


def batch_of(plan: Plan, config: Config) -> Batch:
    """Return the batch that each step is of."""
    arguments = {key: value for key, value in pictures_of(plan, config).items() if key != "type"}
    return collate(RepeatedPictures(**arguments).samples)


def computing_device() -> torch.device:
    """Return what digitdet computes on here."""
    return torch.device(get_device())


def autocast(plan: Plan, device: torch.device) -> AbstractContextManager[Any]:
    """Compute in bfloat16 while this is entered, if a plan says so."""
    if plan["precision"] == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
