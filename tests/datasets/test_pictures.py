"""Pictures through each cache: the samples are those without one."""

import pickle
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from digitdet.datasets import CocoDigits, ImageFolder, collate
from digitdet.datasets.pictures import Pictures, cache_folder

DISTORT = [dict(type="RandomPhotometricDistort", p=1.0)]


def _dataset(layout: Path, tmp_path: Path, cache: str, **kwargs: Any) -> CocoDigits:
    return CocoDigits(
        "train", "train.json", str(layout), cache=cache, cache_dir=str(tmp_path), **kwargs
    )


def _assert_same(one: Any, other: Any) -> None:
    (image, target), (image2, target2) = one, other
    assert torch.equal(image, image2)
    assert target.keys() == target2.keys()
    for key in ("boxes", "labels", "iscrowd"):
        assert target[key].dtype == target2[key].dtype
        assert torch.equal(target[key], target2[key])
    assert [target[key] for key in ("image_id", "source")] == [
        target2[key] for key in ("image_id", "source")
    ]


def test_no_pictures_are_no_tensors(tmp_path: Path) -> None:
    for cache in ("none", "ram", "disk"):
        assert Pictures([], str, cache, cache_dir=str(tmp_path)).read([]) == []


def test_a_batch_of_nothing_is_no_samples(layout: Path, tmp_path: Path) -> None:
    for cache in ("none", "ram", "disk"):
        assert _dataset(layout, tmp_path, cache).samples([], []) == []


@pytest.mark.parametrize("transforms", [[], DISTORT], ids=["plain", "transformed"])
@pytest.mark.parametrize(
    ("cache", "cache_bytes"), [("ram", 10**8), ("ram", 30_000), ("disk", 10**8), ("disk", 30_000)]
)
def test_a_cache_changes_no_sample(
    layout: Path, tmp_path: Path, cache: str, cache_bytes: int, transforms: list[Any]
) -> None:
    plain = _dataset(layout, tmp_path, "none", transforms=transforms)
    cached = _dataset(layout, tmp_path, cache, transforms=transforms, cache_bytes=cache_bytes)
    for dataset in (plain, cached):
        dataset.set_epoch(3, seed=11)
    for _ in range(2):
        for index in range(len(plain)):
            _assert_same(cached[index], plain[index])
    order = [4, 0, 5, 2]
    for sample, index in zip(cached.__getitems__(order), order, strict=True):
        _assert_same(sample, plain[index])


@pytest.mark.parametrize("cache", ["none", "ram", "disk"])
def test_changing_a_sample_changes_no_other(layout: Path, tmp_path: Path, cache: str) -> None:
    dataset = _dataset(layout, tmp_path, cache)
    expected = [dataset[index][0].clone() for index in range(3)]
    first, second = dataset.__getitems__([0, 1])
    first[0].zero_()
    first[1]["boxes"].zero_()
    assert torch.equal(second[0], expected[1])
    _assert_same(second, dataset[1])
    assert torch.equal(dataset[0][0], expected[0])
    assert dataset[0][1]["boxes"].any()


def test_workers_give_the_same_through_a_cache(layout: Path, tmp_path: Path) -> None:
    plain = DataLoader(_dataset(layout, tmp_path, "none"), batch_size=4, collate_fn=collate)
    for cache in ("ram", "disk"):
        dataset = _dataset(layout, tmp_path, cache)
        loader = DataLoader(dataset, batch_size=4, num_workers=2, collate_fn=collate)
        for one, other in zip(plain, loader, strict=True):
            assert all(map(torch.equal, one["images"], other["images"]))


@pytest.mark.parametrize("cache", ["ram", "disk"])
def test_a_data_set_that_is_sent_to_a_worker_gives_the_same(
    layout: Path, tmp_path: Path, cache: str
) -> None:
    """Other start methods than fork pickle it."""
    dataset = _dataset(layout, tmp_path, cache)
    copy = pickle.loads(ForkingPickler.dumps(dataset))
    for index in range(6):
        _assert_same(copy[index], dataset[index])


def test_pictures_are_read_once_with_a_cache_and_each_time_without(
    layout: Path, tmp_path: Path
) -> None:
    for number in (1, 2):
        source = layout / "test" / f"{number}.png"
        (tmp_path / f"{number}.png").write_bytes(source.read_bytes())
    cached, plain = (ImageFolder(str(tmp_path), cache=cache) for cache in ("ram", "none"))
    expected = cached[0][0]
    (tmp_path / "1.png").write_bytes((tmp_path / "2.png").read_bytes())
    assert torch.equal(cached[0][0], expected)
    assert torch.equal(plain[0][0], plain[1][0])


def test_a_picture_that_cannot_be_decoded_is_named_through_each_cache(tmp_path: Path) -> None:
    (tmp_path / "7.png").write_bytes(b"no picture")
    for cache in ("none", "ram", "disk"):
        dataset = ImageFolder(str(tmp_path), cache=cache, cache_dir=str(tmp_path / "cache"))
        for _ in range(2):
            with pytest.raises(ValueError, match=r"7\.png: can't be decoded.*; image id 7"):
                dataset[0]


def test_a_stated_size_that_differs_is_refused_through_the_cache_too(
    layout: Path, tmp_path: Path
) -> None:
    for cache in ("ram", "disk"):
        dataset = _dataset(layout, tmp_path, cache)
        dataset[0]
        dataset.annotations.sizes[0] += 1
        changed = type(dataset.pictures)(
            dataset.annotations, layout / "train", cache, cache_dir=str(tmp_path)
        )
        with pytest.raises(ValueError, match=r"1\.png: is .* boxes would be off"):
            changed.read([0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cache": "memory"}, "cache has to be one of none, ram, disk, got 'memory'"),
        ({"cache_bytes": -1}, "cache_bytes has to be a whole number of at least 0, got -1"),
        ({"cache_bytes": 1e9}, "cache_bytes has to be a whole number"),
        ({"cache_bytes": "2 GB"}, "cache_bytes has to be a whole number .* got '2 GB'"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Pictures([], str, **arguments)


def test_the_users_cache_folder_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "digitdet"
    Pictures([], str, "disk")
    assert list((tmp_path / "digitdet").glob("*.pictures"))
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "digitdet"
