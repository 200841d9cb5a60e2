"""Real samples to check with, read as the training will read them."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch.utils.data import DataLoader

from digitdet.datasets.collate import check_sample
from digitdet.datasets.loaders import batch_size_of
from digitdet.datasets.samples import inner_datasets
from digitdet.hooks.sample_seed_hook import set_epoch
from digitdet.preflight.failures import in_words
from digitdet.preflight.isolation import isolate
from digitdet.structures import Batch, Target

BUDGET = 3.0  # seconds to read samples of a split; at least one is read


@dataclass(frozen=True)
class Samples:
    """Samples of a split.

    Attributes:
        split: ``"train"`` or ``"val"``.
        loader: Of the split.
        dataset: A copy of its data set, to read more of.
        indices: Positions of the samples.
        samples: Image and target of each, after the transforms.
        seconds: Time that one took.
    """

    split: str
    loader: DataLoader[Any]
    dataset: Any
    indices: list[int]
    samples: list[tuple[Any, Target]]
    seconds: float

    def collate(self, positions: Sequence[int] | None = None) -> Batch:
        """Make a batch of some of the samples, or of all, as the loader does."""
        chosen = range(len(self.samples)) if positions is None else positions
        batch: Batch = self.loader.collate_fn([self.samples[position] for position in chosen])
        return batch

    @property
    def with_boxes(self) -> int:
        """Position of the first sample that has a box; 0 if none has."""
        held = (p for p, (_, target) in enumerate(self.samples) if len(target["boxes"]))
        return next(held, 0)


def batch_size(loader: DataLoader[Any]) -> int:
    """Return the pictures in a loader's batch; 1 where they are not known."""
    return batch_size_of(loader) or 1


def spread(length: int, count: int) -> list[int]:
    """Return at most ``count`` of ``length`` positions, evenly spread."""
    return np.linspace(0, length - 1, min(count, length)).round().astype(int).tolist()


def read_samples(split: str, loader: DataLoader[Any], count: int, seed: int) -> Samples:
    """Read samples in the first epoch, evenly spread over a data set; the data set keeps its state.

    Args:
        split: The split's name.
        loader: Its loader; no worker is started.
        count: How many to read, fewer if that takes long.
        seed: The run's.

    Raises:
        ValueError: If the data set is empty, or a sample can't be read, is none, or goes into no
            batch; the message names it.
    """
    dataset = isolate(loader.dataset)
    if not len(dataset):
        raise ValueError(f"the data set of {split}_dataloader is empty")
    if split == "train" and dataset is not loader.dataset:
        set_epoch(dataset, 0, seed)  # as before the first step; nobody sets that of a validation
    indices = spread(len(dataset), count)
    samples = []
    start = time.perf_counter()
    for index in indices:
        samples.append(_read(split, dataset, index))
        if time.perf_counter() - start > BUDGET:
            break
    seconds = (time.perf_counter() - start) / len(samples)
    found = Samples(split, loader, dataset, indices[: len(samples)], samples, seconds)
    try:
        found.collate()
    except Exception as error:
        raise ValueError(f"{split}: samples make no batch: {in_words(error)}") from error
    return found


def _read(split: str, dataset: Any, index: int) -> Any:
    try:
        sample = dataset[index]
        check_sample(sample)
    except Exception as error:
        kind = type(dataset).__name__
        raise ValueError(f"{split}: sample {index} of {kind}: {in_words(error)}") from error
    return sample


def parts(dataset: Any) -> Iterator[Any]:
    """Yield the data sets that a data set is made of; itself if it wraps none."""
    held = inner_datasets(dataset)
    for part in held:
        yield from parts(part)
    if not held:
        yield dataset
