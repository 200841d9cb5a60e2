"""Several data sets as one."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.dataset import DefaultSampler
from torch.utils.data import DataLoader, Dataset

from digitdet.datasets import CocoDigits, ConcatDataset, ImageFolder, SyntheticDigits, collate
from digitdet.hooks.sample_seed_hook import set_epoch
from digitdet.registry import DATASETS

DISTORT = [dict(type="RandomPhotometricDistort", p=1.0)]


class OfUser(Dataset[Any]):
    """A user's data set, without any method of ours."""

    test_mode = False

    def __init__(self, *names: str) -> None:
        self.names = names

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Any:
        return torch.zeros(3, 2, 2), {"source": self.names[index]}


def _train(layout: Path, **kwargs: Any) -> dict[str, Any]:
    where = {"image_dir": "train", "ann_file": "train.json", "data_root": str(layout)}
    return {"type": "CocoDigits", **where, **kwargs}


def _sources(dataset: Any) -> list[str]:
    return [target["source"] for _, target in dataset.__getitems__(list(range(len(dataset))))]


def test_no_data_set_is_refused() -> None:
    with pytest.raises(ValueError, match="`datasets` is empty"):
        ConcatDataset([])


def test_the_parts_come_one_after_another_from_a_config(layout: Path) -> None:
    valid = _train(layout, image_dir="valid", ann_file="valid.json")
    dataset = DATASETS.build({"type": "ConcatDataset", "datasets": [_train(layout), valid]})
    parts = [DATASETS.build(_train(layout)), DATASETS.build(valid)]
    assert type(dataset) is ConcatDataset
    assert len(dataset) == 10
    assert _sources(dataset) == [*_sources(parts[0]), *_sources(parts[1])]
    assert [dataset[i][1]["source"] for i in range(10)] == _sources(dataset)
    for name in ("image_ids", "sizes", "label_counts"):
        values = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(getattr(dataset, name), values)
    assert dataset.metainfo == parts[0].metainfo


@pytest.mark.parametrize("index", [-1, 3])
def test_a_position_outside_is_an_index_error(index: int) -> None:
    with pytest.raises(IndexError, match=f"sample {index} of 3"):
        ConcatDataset([OfUser("a"), OfUser("b", "c")])[index]


def test_weights_are_the_parts_shares_of_an_epoch() -> None:
    parts = [OfUser(*"abcd"), OfUser(*"vwxyz0"), OfUser("never")]
    dataset = ConcatDataset(parts, weights=[3, 1, 0], num_samples=40)
    assert len(dataset) == 40
    epochs = []
    for epoch in range(3):
        dataset.set_epoch(epoch, seed=7)
        counts = Counter(_sources(dataset))
        assert sum(counts[name] for name in "abcd") == 30
        assert sum(counts.values()) == 40
        assert all(7 <= counts[name] <= 8 for name in "abcd")
        assert all(1 <= counts[name] <= 2 for name in "vwxyz0")
        epochs.append(_sources(dataset))
    dataset.set_epoch(1, seed=7)
    assert _sources(dataset) == epochs[1]
    assert epochs[0] != epochs[1]


def test_an_epoch_of_weights_has_as_many_samples_as_the_parts_hold(layout: Path) -> None:
    dataset = ConcatDataset([_train(layout), _train(layout, indices=2)], weights=[1, 1])
    assert len(dataset) == 8
    dataset.set_epoch(2, seed=0)
    samples = dataset.__getitems__(list(range(8)))
    np.testing.assert_array_equal(dataset.sizes, [list(image.shape[1:]) for image, _ in samples])
    np.testing.assert_array_equal(dataset.image_ids, [target["image_id"] for _, target in samples])


def test_a_picture_that_comes_twice_is_drawn_anew_each_time(layout: Path) -> None:
    one = _train(layout, indices=1, transforms=DISTORT)
    dataset = ConcatDataset([one], weights=[1.0], num_samples=3)
    first, second, third = (dataset[index][0] for index in range(3))
    assert not torch.equal(first, second)
    assert not torch.equal(second, third)
    assert torch.equal(dataset[0][0], first)


def test_workers_see_the_same_epoch(layout: Path) -> None:
    parts = [_train(layout, transforms=DISTORT), {"type": "SyntheticDigits", "num_scenes": 3}]
    dataset = ConcatDataset(parts, weights=[2, 1], num_samples=9)
    loaders = [
        DataLoader(
            dataset,
            batch_size=4,
            num_workers=workers,
            persistent_workers=workers > 0,
            collate_fn=collate,
            sampler=DefaultSampler(dataset, seed=5),
        )
        for workers in (0, 2)
    ]
    for epoch in (0, 1):
        set_epoch(dataset, epoch, 5)
        for one, other in zip(*loaders, strict=True):
            assert all(map(torch.equal, one["images"], other["images"]))
            assert [t["source"] for t in one["targets"]] == [t["source"] for t in other["targets"]]


def test_ranks_share_an_epoch_of_weights(layout: Path) -> None:
    parts = [_train(layout, transforms=DISTORT), {"type": "SyntheticDigits", "num_scenes": 3}]
    found = {}
    for rank in range(2):  # each rank builds its own
        dataset = ConcatDataset(parts, weights=[2, 1], num_samples=10)
        sampler = DefaultSampler(dataset, seed=5)
        sampler.rank, sampler.world_size, sampler.num_samples = rank, 2, 5
        sampler.set_epoch(1)
        set_epoch(dataset, 1, 5)
        order = list(sampler)
        found |= dict(zip(order, dataset.__getitems__(order), strict=True))
    whole = ConcatDataset(parts, weights=[2, 1], num_samples=10)
    set_epoch(whole, 1, 5)
    assert sorted(found) == list(range(10))
    for index, (image, target) in found.items():
        assert torch.equal(image, whole[index][0])
        assert target["source"] == whole[index][1]["source"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [1]}, r"2 datasets, .* as many numbers, got \[1\]"),
        ({"weights": 3}, "as many numbers, got 3"),
        ({"weights": ["1", 1]}, "finite"),
        ({"weights": [0, 0]}, "not all 0"),
        ({"weights": [1, -1]}, "0 or more"),
        ({"weights": [1, float("nan")]}, "finite"),
        ({"weights": [1, 1], "num_samples": 0}, "at least 1, got 0"),
        ({"weights": [1, 1], "num_samples": 2.5}, r"whole number of at least 1, got 2\.5"),
        ({"num_samples": 5}, "num_samples needs `weights`"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConcatDataset([OfUser("a"), OfUser("b")], **arguments)


def test_an_empty_part_cannot_have_a_share() -> None:
    with pytest.raises(ValueError, match=r"datasets\[1\] is empty; leave it out"):
        ConcatDataset([OfUser("a"), OfUser()], weights=[1, 1])
    assert len(ConcatDataset([OfUser("a"), OfUser()])) == 1


def test_equal_ids_are_refused_in_evaluation_and_taken_in_training(layout: Path) -> None:
    parts = [_train(layout), _train(layout, image_dir="valid", ann_file="valid.json")]
    assert len(ConcatDataset(parts)) == 10
    with pytest.raises(ValueError, match=r"4 image ids stand in several .* the first 1;"):
        ConcatDataset([{**part, "test_mode": True} for part in parts])


def test_distinct_ids_are_taken_in_evaluation(layout: Path) -> None:
    parts = [ImageFolder("test", str(layout), indices=[i]) for i in (2, 0)]
    assert _sources(ConcatDataset(parts)) == [_sources(part)[0] for part in parts]
    with pytest.raises(ValueError, match="weights: ImageFolder is for evaluation"):
        ConcatDataset(parts, weights=[1, 1])


def test_running_numbers_of_all_parts_are_kept(layout: Path, tmp_path: Path) -> None:
    picture = (layout / "test" / "1.png").read_bytes()
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture)
    parts = [ImageFolder(str(tmp_path), indices=[i]) for i in (0, 1)]
    assert ConcatDataset(parts).metainfo["files"] == {1: "a.png", 2: "b.png"}


def test_other_classes_are_refused_and_other_category_ids_reported(
    write_coco: Callable[..., Path], layout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    categories = [{"id": 5, "name": "5"}, {"id": 10, "name": "0"}]
    other = CocoDigits("pictures", "digits.json", str(write_coco(categories=categories).parent))
    capsys.readouterr()
    dataset = ConcatDataset([_train(layout), SyntheticDigits(num_scenes=1), other])
    assert "datasets[2] has other category_ids" in capsys.readouterr().out
    assert dataset.metainfo == DATASETS.build(_train(layout)).metainfo
    other.metainfo = {"classes": ("cat",)}
    with pytest.raises(ValueError, match=r"datasets\[1\] has the classes \('cat',\)"):
        ConcatDataset([_train(layout), other])


def test_what_a_part_does_not_state_is_named() -> None:
    dataset = ConcatDataset([OfUser("a")])
    with pytest.raises(ValueError, match="OfUser does not know its pictures' sizes"):
        _ = dataset.sizes


def test_data_root_reaches_the_parts_of_a_config(tmp_path: Path) -> None:
    from digitdet import config

    file = tmp_path / "mixed.py"
    parts = [dict(type="CocoDigits", image_dir="a", ann_file="a.json")]
    dataset = dict(type="ConcatDataset", datasets=parts)
    loader = dict(dataset=dataset, sampler=dict(type="DefaultSampler"))
    file.write_text(f"data_root = 'there'\ntrain_dataloader = {json.dumps(loader)}\n")
    loaded = config.load(file)
    assert loaded.train_dataloader.dataset.datasets[0].data_root == "there"
