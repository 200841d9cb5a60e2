"""Rare digits as often as frequent ones."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from digitdet.datasets import ClassBalancedDataset, SyntheticDigits
from digitdet.registry import DATASETS


def _write(folder: Path, labels: list[list[int]], **kwargs: Any) -> dict[str, Any]:
    """Write pictures with these labels."""
    Image.new("RGB", (30, 20), "gray").save(folder / "1.png")
    images = [dict(id=i, file_name="1.png", height=20, width=30) for i in range(1, len(labels) + 1)]
    boxes = [
        dict(image_id=i, bbox=[1, 1, 5, 5], category_id=label)
        for i, of_image in enumerate(labels, 1)
        for label in of_image
    ]
    categories = [{"id": digit + 1, "name": str(digit)} for digit in range(10)]
    content = dict(images=images, annotations=boxes, categories=categories)
    (folder / "digits.json").write_text(json.dumps(content))
    where = {"image_dir": "", "ann_file": "digits.json", "data_root": str(folder)}
    return {"type": "CocoDigits", **where, **kwargs}


def test_pictures_without_boxes_come_once_each(tmp_path: Path) -> None:
    dataset = ClassBalancedDataset(_write(tmp_path, [[], [], []]))
    assert sorted(dataset[i][1]["image_id"] for i in range(3)) == [1, 2, 3]


def test_over_the_epochs_each_digit_comes_equally_often(tmp_path: Path) -> None:
    # Digit 1 alone 30 times, 2 six times, 7 three times, 7 beside 1 twice.
    labels = [[2]] * 30 + [[3]] * 6 + [[8]] * 3 + [[8, 2]] * 2
    dataset = DATASETS.build({"type": "ClassBalancedDataset", "dataset": _write(tmp_path, labels)})
    assert type(dataset) is ClassBalancedDataset
    assert len(dataset) == 41
    counts = np.zeros(11)
    for epoch in range(200):
        dataset.set_epoch(epoch, seed=1)
        counts += dataset.label_counts.sum(axis=0)
    found = counts[[2, 3, 8]]
    np.testing.assert_allclose(found, found.mean(), rtol=0.03)


def test_an_epoch_is_what_its_columns_say_and_comes_again(tmp_path: Path) -> None:
    distort = [dict(type="RandomPhotometricDistort", p=1.0)]
    labels = [[2]] * 6 + [[3, 3]]
    dataset = ClassBalancedDataset(_write(tmp_path, labels, transforms=distort))
    dataset.set_epoch(4, seed=1)
    samples = dataset.__getitems__(range(7))
    found = [np.bincount(target["labels"], minlength=11).tolist() for _, target in samples]
    assert dataset.label_counts.tolist() == found
    assert dataset.sizes.tolist() == [[20, 30]] * 7
    dataset.set_epoch(0, seed=1)
    dataset.set_epoch(4, seed=1)
    for index, (image, _) in enumerate(samples):
        assert torch.equal(dataset[index][0], image)
    assert len({image.sum().item() for image, _ in samples}) > 1  # one picture, drawn anew


def test_what_cannot_be_balanced_is_bounded_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = ClassBalancedDataset(_write(tmp_path, [[2]] * 50 + [[3]]), max_ratio=3)
    assert dataset.weights.max() == pytest.approx(3)
    assert dataset.weights.mean() == pytest.approx(1)
    out = capsys.readouterr().out
    assert "WARNING" in out
    assert "raise max_ratio" in out
    ClassBalancedDataset(_write(tmp_path, [[2]] * 5 + [[3]]))
    assert "WARNING" not in capsys.readouterr().out


@pytest.mark.parametrize("max_ratio", [0.5, -1, float("nan")])
def test_a_bound_below_one_is_refused(tmp_path: Path, max_ratio: float) -> None:
    with pytest.raises(ValueError, match="max_ratio has to be at least 1"):
        ClassBalancedDataset(_write(tmp_path, [[2]]), max_ratio)


def test_a_data_set_for_evaluation_or_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ClassBalancedDataset: CocoDigits is for evaluation"):
        ClassBalancedDataset(_write(tmp_path, [[2]], test_mode=True))
    with pytest.raises(ValueError, match="SyntheticDigits does not know its pictures' label_count"):
        ClassBalancedDataset(SyntheticDigits(num_scenes=2))


def test_a_data_set_that_draws_its_pictures_anew_is_refused(tmp_path: Path) -> None:
    part = _write(tmp_path, [[2], [3]])
    mixed = {"type": "ConcatDataset", "datasets": [part, part], "weights": [1, 1]}
    with pytest.raises(ValueError, match=r"draws other pictures in each epoch.*balance the parts"):
        ClassBalancedDataset({"type": "RepeatDataset", "dataset": mixed, "times": 2})
    ClassBalancedDataset({"type": "ConcatDataset", "datasets": [part, part]})


@pytest.mark.parametrize("index", [-1, 2])
def test_a_position_outside_is_an_index_error(tmp_path: Path, index: int) -> None:
    with pytest.raises(IndexError, match=f"sample {index} of 2"):
        ClassBalancedDataset(_write(tmp_path, [[2], [3]]))[index]
