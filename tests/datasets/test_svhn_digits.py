"""The data set of SVHN's original files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from digitdet.datasets import CocoDigits, SVHNDigits
from digitdet.registry import DATASETS

Write = Callable[..., Path]
PICTURES = [
    ("1.png", [[10, 5, 8, 20, 3], [-1, 5, 8, 20, 10]]),
    ("2.png", []),
    ("10.png", [[3, 4, 5, 6, 9]]),
]


@pytest.fixture
def root(write_digit_struct: Write, tmp_path: Path) -> Path:
    """A folder with ``train/``: three pictures, 40 high and 60, 61 and 62 wide."""
    write_digit_struct(tmp_path / "train" / "digitStruct.mat", PICTURES)
    for number, (name, _) in enumerate(PICTURES):
        Image.new("RGB", (60 + number, 40), "gray").save(tmp_path / "train" / name)
    return tmp_path


def _open(root: Path, **kwargs: Any) -> SVHNDigits:
    return SVHNDigits("train", "train/digitStruct.mat", data_root=str(root), **kwargs)


def test_a_picture_without_digits_gives_typed_empty_tensors(root: Path) -> None:
    image, target = _open(root)[1]
    assert image.shape == (3, 40, 61)
    assert target["boxes"].shape == (0, 4)
    keys = ("boxes", "labels", "iscrowd")
    assert [target[key].dtype for key in keys] == [torch.float32, torch.int64, torch.bool]


def test_a_sample_has_the_published_values(root: Path) -> None:
    config = {
        "type": "SVHNDigits",
        "image_dir": "train",
        "ann_file": "train/digitStruct.mat",
        "data_root": str(root),
        "test_mode": True,
    }
    dataset = DATASETS.build(config)
    image, target = dataset[0]
    assert image.shape == (3, 40, 60)
    assert target["boxes"].tolist() == [[10, 5, 18, 25], [-1, 5, 7, 25]]
    assert target["labels"].tolist() == [4, 1]  # digit + 1; the file's label 10 is the digit 0
    assert target["source"] == str(root / "train" / "1.png")
    assert [target["image_id"] for _, target in dataset] == [1, 2, 10]
    assert dataset.sizes.tolist() == [[40, 60], [40, 61], [40, 62]]


def test_one_based_moves_boxes_by_a_pixel_and_keeps_their_size(root: Path) -> None:
    dataset = _open(root, test_mode=True, one_based=True)
    assert dataset[0][1]["boxes"].tolist() == [[9, 4, 17, 24], [-2, 4, 6, 24]]


def test_training_clips_boxes_and_names_the_running_id(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _open(root)[0][1]["boxes"].tolist() == [[10, 5, 18, 25], [0, 5, 7, 25]]
    assert "1 clipped to their picture (annotation 2)" in capsys.readouterr().out


def test_options_of_coco_digits_are_taken(root: Path) -> None:
    dataset = _open(root, indices=[2], cache="none")
    assert [target["image_id"] for _, target in dataset] == [10]


def test_missing_pictures_are_refused_together(root: Path) -> None:
    for name in ("1.png", "10.png"):
        (root / "train" / name).unlink()
    with pytest.raises(FileNotFoundError, match=r"2 of 3 pictures are not in .*'1\.png'"):
        _open(root)


def test_a_picture_that_is_none_is_refused_by_name(root: Path) -> None:
    (root / "train" / "2.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"2\.png: can't be read as a picture"):
        _open(root)


def test_a_missing_folder_and_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train: no such folder"):
        _open(tmp_path)
    (tmp_path / "train").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no such digitStruct\.mat"):
        _open(tmp_path)


def test_a_file_that_names_no_picture_is_refused(write_digit_struct: Write, tmp_path: Path) -> None:
    write_digit_struct(tmp_path / "train" / "digitStruct.mat", [])
    with pytest.raises(ValueError, match=r"digitStruct\.mat: names no picture"):
        _open(tmp_path)


@pytest.mark.real_data
def test_real_photographs_give_the_samples_of_their_coco_file(
    real_data: Path, write_digit_struct: Write, tmp_path: Path
) -> None:
    content = json.loads((real_data / "valid.json").read_text(encoding="utf-8"))
    digits: dict[int, list[list[float]]] = {image["id"]: [] for image in content["images"]}
    for annotation in content["annotations"]:
        label = annotation["category_id"] - 1 or 10
        digits[annotation["image_id"]].append([*annotation["bbox"], label])
    pictures = [(image["file_name"], digits[image["id"]]) for image in content["images"]]
    file = write_digit_struct(tmp_path / "digitStruct.mat", pictures)
    ours = SVHNDigits(str(real_data / "valid"), str(file), test_mode=True)
    theirs = CocoDigits("valid", "valid.json", str(real_data), test_mode=True)
    assert len(ours) == len(theirs) == 56
    for (image, target), (image2, target2) in zip(ours, theirs, strict=True):
        assert torch.equal(image, image2)
        assert target["image_id"] == target2["image_id"]
        assert torch.equal(target["boxes"], target2["boxes"])
        assert torch.equal(target["labels"], target2["labels"])
