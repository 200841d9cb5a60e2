from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.dataset import BaseDataset, DefaultSampler, RepeatDataset
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset

from digitdet.datasets import SyntheticDigits
from digitdet.hooks import SampleSeedHook


class Recorder(Dataset[int]):
    """A user's dataset that takes part."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []

    def set_epoch(self, epoch: int, seed: int) -> None:
        self.calls.append((epoch, seed))

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> int:
        return index


class OfMMEngine(BaseDataset):
    """The same, of mmengine's kind."""

    def __init__(self) -> None:
        super().__init__(lazy_init=True)
        self.calls: list[tuple[int, int]] = []

    def load_data_list(self) -> list[dict[str, Any]]:
        return [{"index": index} for index in range(4)]

    def set_epoch(self, epoch: int, seed: int) -> None:
        self.calls.append((epoch, seed))


def start_epoch(dataset: Any, epoch: int = 3, seed: int = 11) -> DefaultSampler:
    """Do what a Runner does at the start of an epoch."""
    sampler = DefaultSampler(dataset, seed=0)
    loader = DataLoader(dataset, sampler=sampler)
    runner: Any = SimpleNamespace(
        train_dataloader=loader,
        train_loop=SimpleNamespace(dataloader=loader),
        epoch=epoch,
        seed=seed,
    )
    SampleSeedHook().before_train_epoch(runner)
    return sampler


def test_a_dataset_that_takes_no_part_is_left_alone() -> None:
    start_epoch(list(range(3)))


def test_a_bare_dataset_is_told_once() -> None:
    dataset = Recorder()
    start_epoch(dataset)
    assert dataset.calls == [(3, 11)]


@pytest.mark.parametrize("epoch", [0, 5])
def test_datasets_within_wrappers_are_told(epoch: int) -> None:
    first, second, third, fourth = Recorder(), Recorder(), Recorder(), Recorder()
    start_epoch(
        ConcatDataset(
            [first, Subset(second, [0]), Subset(ConcatDataset([third, Subset(fourth, [1])]), [2])]
        ),
        epoch=epoch,
    )
    for dataset in (first, second, third, fourth):
        assert dataset.calls == [(epoch, 11)]


def test_a_dataset_within_mmengines_repeat_is_told() -> None:
    dataset = OfMMEngine()
    start_epoch(RepeatDataset(dataset, times=2))
    assert dataset.calls == [(3, 11)]


def test_the_sampler_is_told_the_epoch_too() -> None:
    assert start_epoch(Recorder(), epoch=6).epoch == 6


def test_wrapped_pictures_are_new_in_each_epoch_and_the_same_when_it_comes_again() -> None:
    wrapped = Subset(SyntheticDigits(num_scenes=3), [2])

    def picture(epoch: int) -> torch.Tensor:
        start_epoch(wrapped, epoch)
        return wrapped[0][0]

    first, second = picture(epoch=0), picture(epoch=1)
    assert second.shape != first.shape or not torch.equal(second, first)
    assert torch.equal(picture(epoch=0), first)
