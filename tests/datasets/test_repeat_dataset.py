"""A data set several times over."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from digitdet.datasets import CocoDigits, RepeatDataset
from digitdet.registry import DATASETS

DISTORT = [dict(type="RandomPhotometricDistort", p=1.0)]


def _train(layout: Path, **kwargs: Any) -> dict[str, Any]:
    where = {"image_dir": "train", "ann_file": "train.json", "data_root": str(layout)}
    return {"type": "CocoDigits", **where, **kwargs}


def test_the_pictures_come_again_in_order(layout: Path) -> None:
    whole = CocoDigits("train", "train.json", str(layout))
    dataset = DATASETS.build({"type": "RepeatDataset", "dataset": _train(layout), "times": 3})
    assert type(dataset) is RepeatDataset
    assert len(dataset) == 18
    sources = [target["source"] for _, target in whole]
    assert [t["source"] for _, t in dataset.__getitems__(range(18))] == sources * 3
    assert dataset[17][1]["source"] == sources[5]
    np.testing.assert_array_equal(dataset.sizes, np.concatenate([whole.sizes] * 3))
    np.testing.assert_array_equal(dataset.label_counts, np.concatenate([whole.label_counts] * 3))
    assert dataset.metainfo == whole.metainfo


def test_each_time_the_draws_are_others_and_an_epoch_comes_again(layout: Path) -> None:
    dataset = RepeatDataset(_train(layout, indices=1, transforms=DISTORT), times=2)
    dataset.set_epoch(1, seed=3)
    first, second = dataset[0][0], dataset[1][0]
    assert not torch.equal(first, second)
    dataset.set_epoch(2, seed=3)
    assert not torch.equal(dataset[0][0], first)
    dataset.set_epoch(1, seed=3)
    assert torch.equal(dataset[0][0], first)


@pytest.mark.parametrize("times", [0, -1, 1.5, True, None])
def test_times_is_a_whole_number(layout: Path, times: Any) -> None:
    with pytest.raises(ValueError, match=f"at least 1, got {times}"):
        RepeatDataset(_train(layout), times)


def test_a_data_set_for_evaluation_is_refused(layout: Path) -> None:
    with pytest.raises(ValueError, match="RepeatDataset: CocoDigits is for evaluation"):
        RepeatDataset(_train(layout, test_mode=True), 2)


@pytest.mark.parametrize("index", [-1, 12])
def test_a_position_outside_is_an_index_error(layout: Path, index: int) -> None:
    with pytest.raises(IndexError, match=f"sample {index} of 12"):
        RepeatDataset(_train(layout), 2)[index]


def test_a_users_data_set_may_be_repeated() -> None:
    assert len(RepeatDataset([1, 2], times=2)) == 4
    RepeatDataset([1, 2], times=2).set_epoch(0, 0)
    assert RepeatDataset([1, 2], times=2)[3] == 2
