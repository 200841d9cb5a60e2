"""Samples before and after a data set's transforms."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from digitdet.datasets import (
    CocoDigits,
    ConcatDataset,
    ImageFolder,
    RepeatDataset,
    SyntheticDigits,
)
from digitdet.inspection.sources import open_source, to_pixels, without_transforms
from digitdet.registry import DATASETS

ROOT = Path(__file__).parents[2]
AUGMENT = [dict(type="RandomPhotometricDistort", p=1), dict(type="Resize", size=[30, 90])]

BUILDERS: dict[str, Callable[[Path, list[Any]], Any]] = {
    "CocoDigits": lambda data, steps: CocoDigits(
        "train", "train.json", str(data), transforms=steps
    ),
    "ImageFolder": lambda data, steps: ImageFolder("test", str(data), transforms=steps),
    "SyntheticDigits": lambda _, steps: SyntheticDigits(4, seed=5, transforms=steps),
    "RepeatDataset": lambda data, steps: RepeatDataset(
        CocoDigits("train", "train.json", str(data), transforms=steps), times=2
    ),
    "ConcatDataset": lambda data, steps: ConcatDataset(
        [
            SyntheticDigits(2),
            RepeatDataset(SyntheticDigits(2, seed=5, transforms=steps), times=2),
            CocoDigits("train", "train.json", str(data), transforms=steps),
        ]
    ),
}


def assert_equal(one: Any, other: Any) -> None:
    assert len(one) == len(other)
    for position in range(len(one)):
        (image, target), (expected, truth) = one[position], other[position]
        assert torch.equal(image, expected)
        assert torch.equal(target["boxes"], truth["boxes"])
        assert target["source"] == truth["source"]


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_data_set_without_transforms_is_left_as_it_is(kind: str, layout: Path) -> None:
    dataset = BUILDERS[kind](layout, [])
    assert without_transforms(dataset) is dataset


@pytest.mark.parametrize("kind", BUILDERS)
def test_samples_before_the_transforms_are_those_of_the_same_data_set_without_any(
    kind: str, layout: Path
) -> None:
    dataset = BUILDERS[kind](layout, AUGMENT)
    bare = without_transforms(dataset)
    assert_equal(bare, BUILDERS[kind](layout, []))
    assert_equal(dataset, BUILDERS[kind](layout, AUGMENT))
    assert dataset[len(dataset) - 1][0].shape == (3, 30, 90)


def test_both_follow_the_same_epoch() -> None:
    dataset = SyntheticDigits(2, transforms=AUGMENT)
    bare = without_transforms(dataset)
    dataset.set_epoch(3, 7)
    assert bare[1][1]["source"] == dataset[1][1]["source"] == "synthetic:0:7"


def test_a_data_set_of_another_kind_is_taken_as_it_is() -> None:
    dataset = [(torch.zeros(3, 2, 2), {})]
    assert without_transforms(dataset) is dataset


@pytest.fixture
def config(tmp_path: Path, layout: Path) -> Path:
    file = tmp_path / "mine.py"
    base = ROOT / "configs" / "experiments" / "frcnn_small_folder.py"
    file.write_text(f"_base_ = [{str(base)!r}]\ndata_root = {str(layout)!r}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(("num", "indices"), [(1, [0]), (3, [0, 2, 5]), (99, [0, 1, 2, 3, 4, 5])])
def test_samples_are_spread_over_the_data_set(config: Path, num: int, indices: list[int]) -> None:
    assert open_source(config, "mine", "train", num, 0, []).indices == indices


def test_a_sample_is_the_one_that_a_training_sees_in_that_epoch(config: Path) -> None:
    source = open_source(config, "mine", "train", 6, 2, ["randomness.seed=11"])
    before, after = source.stages(4)
    source.after.set_epoch(2, 11)
    assert torch.equal(after[0], source.after[4][0])
    source.after.set_epoch(1, 11)
    assert not torch.equal(after[0], source.after[4][0])
    assert source.seed == 11
    assert torch.equal(before[0], source.before[4][0])
    assert not torch.equal(before[0], after[0])


def test_a_split_without_transforms_has_one_stage(config: Path) -> None:
    source = open_source(config, "mine", "test", 9, 0, [])
    assert not source.has_transforms
    assert len(source.stages(0)) == 1


def test_a_split_that_the_config_lacks_is_refused(config: Path) -> None:
    without = ["val_dataloader=None", "val_cfg=None", "val_evaluator=None"]
    with pytest.raises(ValueError, match=r"mine\.py: the config has no val_dataloader"):
        open_source(config, "mine", "val", 9, 0, without)


@DATASETS.register_module()
class NoPictures(list[Any]):
    """A user's data set that has nothing to show."""


def test_a_data_set_without_pictures_is_refused(config: Path) -> None:
    with config.open("a", encoding="utf-8") as stream:
        stream.write('train_dataloader = dict(dataset=dict(_delete_=True, type="NoPictures"))\n')
    with pytest.raises(
        ValueError, match=r"mine\.py: the data set of split 'train' holds no picture"
    ):
        open_source(config, "mine", "train", 9, 0, [])


@pytest.mark.parametrize(
    ("image", "pixels"),
    [
        (torch.full((3, 1, 2), 7, dtype=torch.uint8), [7, 7, 7]),
        (torch.full((1, 1, 2), 7, dtype=torch.uint8), [7, 7, 7]),
        (torch.tensor([0.0, 0.5, 1.0]).reshape(3, 1, 1).expand(3, 1, 2), [0, 127, 255]),
        (torch.tensor([-2.0, 3.0, float("nan")]).reshape(3, 1, 1).expand(3, 1, 2), [0, 255, 0]),
    ],
)
def test_an_image_of_any_kind_is_shown_as_bytes(image: Tensor, pixels: list[int]) -> None:
    shown = to_pixels(image)
    assert shown.dtype == torch.uint8
    np.testing.assert_array_equal(shown, np.repeat(pixels, 2).reshape(3, 1, 2))
