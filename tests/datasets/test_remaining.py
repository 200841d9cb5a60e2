"""The rest of an epoch, against the whole of it."""

from multiprocessing.sharedctypes import RawArray
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.dataset import DefaultSampler
from torch.utils.data import DataLoader, Dataset, IterableDataset

from digitdet.datasets import AspectRatioBatchSampler
from digitdet.datasets.remaining import remaining_batches

COUNT, BATCH = 11, 2


class Numbers(Dataset[int]):
    """Its positions; counts how often each is read, also by workers."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.sizes = rng.integers(10, 99, (COUNT, 2))
        self.reads = RawArray("i", COUNT)

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> int:
        self.reads[index] += 1
        return index


class Stream(IterableDataset[int]):
    def __iter__(self) -> Any:
        return iter(range(COUNT))


def in_order(data: Any, num_workers: int) -> Any:
    return DataLoader(data, BATCH, num_workers=num_workers)


def shuffled_by_the_global_generator(data: Any, num_workers: int) -> Any:
    return DataLoader(data, BATCH, shuffle=True, num_workers=num_workers, drop_last=True)


def shuffled_by_seed(data: Any, num_workers: int) -> Any:
    sampler = DefaultSampler(data, shuffle=True, seed=5)
    return DataLoader(data, BATCH, sampler=sampler, num_workers=num_workers)


def by_aspect_ratio(data: Any, num_workers: int) -> Any:
    sampler = AspectRatioBatchSampler(DefaultSampler(data, shuffle=True, seed=5), BATCH)
    return DataLoader(data, batch_sampler=sampler, num_workers=num_workers, collate_fn=tuple)


def without_batches(data: Any, num_workers: int) -> Any:
    return DataLoader(data, batch_size=None, num_workers=num_workers)


ORDERS = [
    in_order,
    shuffled_by_the_global_generator,
    shuffled_by_seed,
    by_aspect_ratio,
    without_batches,
]


def to_lists(batches: Any) -> list[Any]:
    return [torch.as_tensor(batch).tolist() for batch in batches]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("num_workers", [0, 2])
def test_the_rest_is_that_of_the_epoch_and_what_was_before_is_not_read(
    order: Any, num_workers: int
) -> None:
    data = Numbers()
    loader = order(data, num_workers)
    torch.manual_seed(3)
    whole = to_lists(loader)
    assert len(whole) == len(loader)
    for done in range(1, len(whole), 4):
        data.reads[:] = [0] * COUNT
        torch.manual_seed(3)
        rest = remaining_batches(loader, done)
        assert len(rest) == len(whole) - done  # type: ignore[arg-type]
        assert to_lists(rest) == whole[done:]
        left = [index for batch in whole[done:] for index in np.ravel(batch)]
        assert sorted(np.repeat(range(COUNT), data.reads)) == sorted(left)


def test_all_may_be_left_or_nothing() -> None:
    loader = in_order(Numbers(), 0)
    assert to_lists(remaining_batches(loader, 0)) == to_lists(loader)
    assert to_lists(remaining_batches(loader, len(loader))) == []


def test_what_can_only_be_read_through_is_read_from_its_beginning() -> None:
    loader = DataLoader(Stream(), BATCH)
    assert to_lists(remaining_batches(loader, 4)) == [[8, 9], [10]]


def test_a_loader_is_handled_as_before() -> None:
    loader = DataLoader(
        Numbers(),
        BATCH,
        num_workers=1,
        collate_fn=tuple,
        timeout=7,
        worker_init_fn=print,
        prefetch_factor=3,
        in_order=False,
        multiprocessing_context="spawn",
        persistent_workers=True,
    )
    rest: Any = remaining_batches(loader, 1)
    for name in ("num_workers", "collate_fn", "timeout", "prefetch_factor", "in_order"):
        assert getattr(rest, name) == getattr(loader, name)
    assert rest.worker_init_fn is print
    assert rest.multiprocessing_context.get_start_method() == "spawn"
    assert not rest.persistent_workers  # they would outlive their only epoch
