"""Batches of pictures of like shape."""

import gzip
import json
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.dataset import DefaultSampler
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader, SequentialSampler

from digitdet.benchmarks.padding import padded_over_real, resized_sizes
from digitdet.datasets import AspectRatioBatchSampler, CocoDigits, SyntheticDigits, collate
from digitdet.hooks import SampleSeedHook
from digitdet.runner import Runner


class Sized:
    """Pictures of random sizes."""

    def __init__(self, number: int, seed: int = 0) -> None:
        self.sizes = np.random.default_rng(seed).integers(10, 300, (number, 2))

    def __len__(self) -> int:
        return len(self.sizes)


def _sampler(
    number: int, rank: int = 0, ranks: int = 1, *, shuffle: bool = True, seed: int = 0
) -> Any:
    sampler = DefaultSampler(Sized(number), shuffle=shuffle, seed=seed)
    sampler.rank, sampler.world_size = rank, ranks
    sampler.num_samples = -(-number // ranks)
    sampler.total_size = sampler.num_samples * ranks
    return sampler


def test_no_pictures_are_no_batches() -> None:
    nothing = SimpleNamespace(sizes=np.zeros((0, 2), int))
    sampler = SimpleNamespace(dataset=nothing, seed=0, epoch=0, shuffle=True)

    class Empty(SimpleNamespace):
        def __iter__(self) -> Any:
            return iter(())

        def __len__(self) -> int:
            return 0

    batches = AspectRatioBatchSampler(Empty(**vars(sampler)), 4)
    assert (len(batches), list(batches)) == (0, [])


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 70), st.integers(1, 9), st.integers(1, 5), st.integers(0, 3), st.booleans())
def test_every_picture_comes_once_and_only_one_batch_is_smaller(
    number: int, batch_size: int, window: int, epoch: int, shuffle: bool
) -> None:
    sampler = _sampler(number, shuffle=shuffle)
    sampler.set_epoch(epoch)
    batches = AspectRatioBatchSampler(sampler, batch_size, window)
    found = list(batches)
    assert len(found) == len(batches)
    assert sorted(chain.from_iterable(found)) == list(range(number))
    assert sum(len(batch) < batch_size for batch in found) <= 1
    whole = AspectRatioBatchSampler(sampler, batch_size, window, drop_last=True)
    assert len(whole) == len(list(whole)) == number // batch_size
    assert all(len(batch) == batch_size for batch in whole)
    assert len(set(chain.from_iterable(whole))) == number // batch_size * batch_size


def test_no_picture_is_left_out_in_each_epoch() -> None:
    sampler = _sampler(10)
    seen = set()
    for epoch in range(20):
        sampler.set_epoch(epoch)
        seen |= set(chain.from_iterable(AspectRatioBatchSampler(sampler, 4, drop_last=True)))
    assert seen == set(range(10))


def test_an_epoch_comes_again_from_any_batch_on_and_another_is_another() -> None:
    def epoch(number: int, seed: int = 0) -> list[list[int]]:
        sampler = _sampler(100, seed=seed)
        sampler.set_epoch(number)
        return list(AspectRatioBatchSampler(sampler, 8, window=4))

    first = epoch(3)
    assert epoch(3)[5:] == first[5:]
    assert epoch(4) != first
    assert epoch(3, seed=9) != first


def test_without_shuffling_the_batches_go_from_tall_to_wide() -> None:
    sampler = _sampler(50, shuffle=False)
    sizes = sampler.dataset.sizes
    ratios = sizes[list(chain.from_iterable(AspectRatioBatchSampler(sampler, 8)))]
    assert (np.diff(ratios[:, 1] / ratios[:, 0]) >= 0).all()


@pytest.mark.parametrize("number", [64, 77])
def test_ranks_share_the_pictures_and_take_equally_many_steps(number: int) -> None:
    ranks = [list(AspectRatioBatchSampler(_sampler(number, rank, 3), 4)) for rank in range(3)]
    assert len({len(batches) for batches in ranks}) == 1
    assert {i for batches in ranks for batch in batches for i in batch} == set(range(number))


def test_ranks_have_like_shapes_at_the_same_time() -> None:
    ratios = np.log(np.divide(*Sized(960).sizes.T))
    ranks = [list(AspectRatioBatchSampler(_sampler(960, rank, 3), 8)) for rank in range(3)]
    by_step = np.array([[ratios[batch].mean() for batch in batches] for batches in ranks])
    assert by_step.std(axis=0).mean() < ratios.std() / 5


def test_the_runner_builds_it_from_a_config(layout: Path) -> None:
    init_default_scope("digitdet")
    where = dict(image_dir="train", ann_file="train.json", data_root=str(layout))
    loader = Runner.build_dataloader(
        dict(
            batch_size=4,
            num_workers=0,
            dataset=dict(type="CocoDigits", **where),
            sampler=dict(type="DefaultSampler", shuffle=True),
            batch_sampler=dict(type="AspectRatioBatchSampler"),
            collate_fn=dict(type="digitdet.collate"),
        ),
        seed=3,
    )
    assert isinstance(loader, DataLoader)
    ids = sorted(target["image_id"] for batch in loader for target in batch["targets"])
    assert ids == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("arguments", [{"batch_size": 0}, {"batch_size": 2.0}, {"window": 0}])
def test_numbers_out_of_range_are_refused(arguments: dict[str, Any]) -> None:
    name, value = next(iter(arguments.items()))
    with pytest.raises(ValueError, match=f"{name} has to be a whole number.*got {value}"):
        AspectRatioBatchSampler(_sampler(3), **{"batch_size": 1, **arguments})


def test_a_sampler_or_data_set_that_lacks_something_is_named() -> None:
    with pytest.raises(ValueError, match=r"SequentialSampler has no .*type='DefaultSampler'"):
        AspectRatioBatchSampler(SequentialSampler(range(3)), 2)
    with pytest.raises(ValueError, match="SyntheticDigits does not know its pictures' sizes"):
        AspectRatioBatchSampler(DefaultSampler(SyntheticDigits(num_scenes=2), seed=0), 2)


@pytest.mark.real_data
def test_svhns_batches_hold_at_most_12_percent_of_padding(real_data: Path) -> None:
    file = real_data.parent / "svhn-annotations" / "train.json.gz"
    images = json.loads(gzip.decompress(file.read_bytes()))["images"]
    dataset = Sized(0)
    dataset.sizes = np.array([(image["height"], image["width"]) for image in images])
    sampler = DefaultSampler(dataset, shuffle=True, seed=0)
    for batch_size in (8, 16):
        batches = list(AspectRatioBatchSampler(sampler, batch_size))
        assert sum(map(len, batches)) == 33_402
        for sides in ((800, 1333), (160, 320), (64, 256)):
            resized = resized_sizes(dataset.sizes, *sides)
            assert padded_over_real(resized, batches) <= 1.12


def test_a_loader_takes_its_batches(layout: Path) -> None:
    dataset = CocoDigits("train", "train.json", str(layout))
    sampler = AspectRatioBatchSampler(DefaultSampler(dataset, seed=0), 4)
    loader = DataLoader(dataset, batch_sampler=sampler, collate_fn=collate)
    assert sorted(len(batch["images"]) for batch in loader) == [2, 4]


def test_the_hook_gives_its_sampler_the_epoch(layout: Path) -> None:
    dataset = CocoDigits("train", "train.json", str(layout))
    sampler = AspectRatioBatchSampler(DefaultSampler(dataset, seed=0), 2)
    loader = DataLoader(dataset, batch_sampler=sampler, collate_fn=collate)
    loop = SimpleNamespace(dataloader=loader)
    runner: Any = SimpleNamespace(train_dataloader=loader, train_loop=loop, epoch=5, seed=3)
    SampleSeedHook().before_train_epoch(runner)
    assert sampler.sampler.epoch == 5
    assert dataset.pipeline.draws.epoch == 5
