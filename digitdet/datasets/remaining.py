"""The batches that are left of an epoch."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader, IterableDataset

# What a loader does with the items of its sampler.
HANDLING = (
    "num_workers",
    "collate_fn",
    "pin_memory",
    "timeout",
    "worker_init_fn",
    "multiprocessing_context",
    "generator",
    "prefetch_factor",
    "in_order",
)


def remaining_batches(loader: DataLoader[Any], done: int) -> Iterable[Any]:
    """Return what a loader gives after its first batches, to be iterated over once.

    Nothing of the first batches is read, but where the data set can only be read through. Where a
    sampler draws from the global generators as it begins, it does so now, as it did in the epoch.

    Args:
        loader: The loader.
        done: How many batches are left out.
    """
    if isinstance(loader.dataset, IterableDataset):
        return itertools.islice(loader, done, None)
    has_batches = loader.batch_sampler is not None
    sampler: Any = loader.batch_sampler if has_batches else loader.sampler
    items = iter(sampler)
    # A loader draws the seed of its workers between a sampler's beginning and its first item.
    torch.empty((), dtype=torch.int64).random_(generator=loader.generator)
    deque(itertools.islice(items, done), maxlen=0)
    rest: Any = _Rest(items, len(sampler) - done)
    how: dict[str, Any] = {name: getattr(loader, name) for name in HANDLING}
    if has_batches:
        return DataLoader(loader.dataset, batch_sampler=rest, **how)
    return DataLoader(loader.dataset, batch_size=None, sampler=rest, **how)


class _Rest:
    """What a sampler gives after its first items; once."""

    def __init__(self, items: Iterator[Any], count: int) -> None:
        self.items = items
        self.count = count

    def __iter__(self) -> Iterator[Any]:
        return self.items

    def __len__(self) -> int:
        return self.count
