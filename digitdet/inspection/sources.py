"""Opens the data set of a config to look at samples before and after its transforms."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.registry import init_default_scope
from torch import Tensor
from torchvision.transforms.v2 import functional

from digitdet import config as configs
from digitdet.hooks.sample_seed_hook import set_epoch
from digitdet.registry import DATASETS
from digitdet.structures import Target

Sample = tuple[Tensor, Target]


@dataclass(frozen=True)
class Source:
    """The samples of a config's split in one epoch.

    Attributes:
        name: Of the config.
        work_dir: The config's.
        seed: Of the random draws, the config's.
        before: The data set without its transforms.
        after: The data set; the same object where it has no transforms.
        indices: Positions in the data set of what is looked at.
    """

    name: str
    work_dir: Path
    seed: int
    before: Any
    after: Any
    indices: list[int]

    @property
    def has_transforms(self) -> bool:
        """Whether there is a difference between before and after."""
        return self.after is not self.before

    def stages(self, index: int) -> list[Sample]:
        """Return a sample, before and after the transforms where there are any."""
        return [
            dataset[index]
            for dataset in ([self.before, self.after] if self.has_transforms else [self.after])
        ]


def open_source(
    file: Path, name: str, split: str, num_pictures: int, epoch: int, options: Sequence[str]
) -> Source:
    """Build the data set of a config's split.

    Args:
        file: The config.
        name: What it is called.
        split: ``"train"``, ``"val"`` or ``"test"``.
        num_pictures: Samples to look at, spread evenly; all if the data set has fewer.
        epoch: Epoch of the random draws, from 0.
        options: Overrides, ``KEY=VALUE``.

    Returns:
        Its samples.

    Raises:
        FileNotFoundError: If the config or the data is missing.
        ValueError: If one of them is not as it has to be, or the split is missing or empty.
    """
    config = configs.load(file, options)
    loader = config.get(f"{split}_dataloader")
    if not loader:
        raise ValueError(
            f"{file}: the config has no {split}_dataloader, so there is no split {split!r}"
        )
    init_default_scope(config.get("default_scope") or "digitdet")
    dataset = DATASETS.build(loader.dataset)
    if not len(dataset):
        raise ValueError(f"{file}: the data set of split {split!r} holds no picture")
    seed = config.get("randomness", {}).get("seed") or 0
    set_epoch(dataset, epoch, seed)
    last = len(dataset) - 1
    return Source(
        name=name,
        work_dir=Path(config.work_dir),
        seed=seed,
        before=without_transforms(dataset),
        after=dataset,
        indices=np.linspace(0, last, min(num_pictures, last + 1)).round().astype(int).tolist(),
    )


def without_transforms(dataset: Any) -> Any:
    """Return a copy of a data set whose samples are left as they are read.

    It shares everything with the data set, the seed and the epoch too, but for its pipeline.

    Args:
        dataset: One with a ``pipeline``, or a wrapper of such in ``dataset`` or ``datasets``.

    Returns:
        The copy; the data set itself if there is nothing in any pipeline.
    """
    changes: dict[str, Any] = {}
    if getattr(getattr(dataset, "pipeline", None), "transforms", None):
        changes["pipeline"] = copy.copy(dataset.pipeline)
        changes["pipeline"].transforms = []
    if hasattr(dataset, "datasets"):
        changes["datasets"] = [without_transforms(part) for part in dataset.datasets]
        if all(new is old for new, old in zip(changes["datasets"], dataset.datasets, strict=True)):
            del changes["datasets"]
    if hasattr(dataset, "dataset"):
        changes["dataset"] = without_transforms(dataset.dataset)
        if changes["dataset"] is dataset.dataset:
            del changes["dataset"]
    if not changes:
        return dataset
    bare = copy.copy(dataset)
    vars(bare).update(changes)
    return bare


def to_pixels(image: Tensor) -> Tensor:
    """Return (3, H, W) uint8 of an image of one channel or three, uint8 or float from 0 to 1."""
    image = image.as_subclass(Tensor)
    if image.is_floating_point():
        image = image.nan_to_num().clamp(0, 1)
    return functional.to_dtype(image, torch.uint8, scale=True).expand(3, -1, -1)
