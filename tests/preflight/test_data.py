"""Ids, boxes and pictures are looked at before the first step."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.datasets import SyntheticDigits
from digitdet.datasets.synthetic_layout import write_layout
from digitdet.preflight.annotation_files import annotated_parts
from digitdet.preflight.data import check_data
from digitdet.preflight.samples import Samples


class MovingBoxes:
    """A user's transform that moves boxes out of the picture, flattens or loses them."""

    def __init__(self, how: str) -> None:
        self.how = how

    def __call__(self, image: Any, target: Any) -> Any:
        boxes, labels = target["boxes"].clone(), target["labels"].clone()
        if self.how == "out":
            boxes[:, 2] += 10_000
        elif self.how == "flat":
            boxes[:, 2] = boxes[:, 0]
        elif self.how == "nan":
            boxes[:, 0] = torch.nan
        elif self.how == "label":
            labels += 10
        keep = slice(0, 0) if self.how == "none" else slice(None)
        crowd = target["iscrowd"][keep]
        target = {**target, "boxes": boxes[keep], "labels": labels[keep], "iscrowd": crowd}
        return image, target


def _check(*splits: Samples) -> Any:
    return check_data(splits, annotated_parts(splits), 11)


def test_good_data_are_counted(read: Any, coco: Any, layout: Path) -> None:
    finding = _check(*(read(split, coco(layout, split)) for split in ("train", "val")))
    assert finding.status == "ok"
    assert "6 train pictures (4 read), 4 val pictures (4 read)" in finding.detail


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("none", "warning", "none of 4 sampled pictures has a box"),
        ("out", "error", "end `transforms` with ClampBoundingBoxes"),
        ("flat", "error", "without area after the transforms"),
        ("nan", "error", "not finite"),
        ("label", "error", "knows 1 to 10"),
    ],
)
def test_what_transforms_do_to_boxes_is_seen(how: str, status: str, said: str, read: Any) -> None:
    dataset = SyntheticDigits(num_scenes=4, transforms=[MovingBoxes(how)])
    finding = _check(read("train", dataset))
    assert (finding.status, said in finding.detail) == (status, True), finding.detail


def _with_boxes(layout: Path, out: Path, change: Any) -> str:
    content = json.loads((layout / "valid.json").read_text())
    for number, annotation in enumerate(content["annotations"]):
        annotation["bbox"] = change(number, annotation["bbox"])
    out.write_text(json.dumps(content))
    return str(out)


def test_boxes_given_as_corners_are_an_error(read: Any, coco: Any, tmp_path: Path) -> None:
    write_layout(tmp_path / "data", num_train=1, num_valid=12, num_test=1, seed=1)
    file = _with_boxes(
        tmp_path / "data",
        tmp_path / "corners.json",
        lambda _, box: [box[0], box[1], box[0] + box[2], box[1] + box[3]],
    )
    finding = _check(read("val", coco(tmp_path / "data", "val", ann_file=file)))
    assert finding.status == "error"
    assert "write [x, y, width, height]" in finding.detail


def test_single_bad_boxes_are_counted_as_a_warning(
    read: Any, coco: Any, layout: Path, tmp_path: Path
) -> None:
    file = _with_boxes(
        layout, tmp_path / "bad.json", lambda n, box: [*box[:2], 0, box[3]] if n < 2 else box
    )
    finding = _check(read("val", coco(layout, "val", ann_file=file)))
    assert finding.status == "warning"
    assert "a box has no width or height, 2 times" in finding.detail


def test_pictures_of_both_splits_are_pointed_out(read: Any, coco: Any, layout: Path) -> None:
    same = coco(layout, "val", image_dir="train", ann_file="train.json")
    finding = _check(read("train", coco(layout, "train")), read("val", same))
    assert finding.status == "warning"
    assert "6 pictures are in train and in val" in finding.detail


def test_scenes_of_one_seed_in_both_splits_are_pointed_out(read: Any) -> None:
    splits = [
        read(split, SyntheticDigits(num_scenes=2, seed=3, test_mode=split == "val"))
        for split in ("train", "val")
    ]
    finding = _check(*splits)
    assert finding.status == "warning"
    assert "the same seed, 3" in finding.detail


def test_repeated_ids_in_validation_are_an_error(read: Any, coco: Any, layout: Path) -> None:
    dataset = coco(layout, "val")
    dataset.annotations.image_ids[1] = dataset.annotations.image_ids[0]
    finding = check_data([read("val", dataset)], [], 11)
    assert finding.status == "error"
    assert "image ids stand more than once" in finding.detail


class SameId(SyntheticDigits):
    """A user's data set that numbers all pictures alike, and names no ids."""

    image_ids = None

    def __getitem__(self, index: int) -> Any:
        image, target = super().__getitem__(index)
        return image, {**target, "image_id": 3}


def test_ids_of_a_data_set_that_names_none_are_those_of_its_samples(read: Any) -> None:
    finding = _check(read("val", SameId(num_scenes=3, test_mode=True)))
    assert finding.status == "error"
    assert "image ids stand more than once: 3" in finding.detail


def test_of_many_alike_the_first_few_are_told(read: Any) -> None:
    dataset = SyntheticDigits(num_scenes=12, transforms=[MovingBoxes("out")])
    lines = _check(read("train", dataset, 12)).detail.splitlines()
    assert len(lines) == 4
    assert lines[-1] == "train: 9 more like these"


@pytest.mark.real_data
def test_photographs_have_no_error(read: Any, coco: Any, real_data: Path) -> None:
    finding = _check(*(read(split, coco(real_data, split)) for split in ("train", "val")))
    assert finding.status == "ok"
