"""Digits come back as the category that they were."""

import json
from pathlib import Path
from typing import Any

import pytest

from digitdet.datasets import ConcatDataset, SyntheticDigits
from digitdet.datasets.annotations import Annotations
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.preflight.annotation_files import annotated_parts
from digitdet.preflight.labels import ENOUGH, check_labels
from digitdet.preflight.samples import Samples


class ShiftedDigits(CocoDigits):
    """A user's data set that is one off: 3 is read as 4."""

    def read_annotations(self, file: Path) -> Annotations:
        annotations = super().read_annotations(file)
        annotations.labels[annotations.labels < 10] += 1
        return annotations


class RenumberedDigits(CocoDigits):
    """A user's data set that forgets the file's ids: digits are written instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.metainfo = {**self.metainfo, "category_ids": {label: label - 1 for label in range(11)}}


class MovedDigits(CocoDigits):
    """A user's data set that takes [x, y, w, h] for corners."""

    def read_annotations(self, file: Path) -> Annotations:
        annotations = super().read_annotations(file)
        annotations.boxes[:, 2:] -= annotations.boxes[:, :2]
        return annotations


def _check(*splits: Samples, num_classes: int = 11) -> Any:
    return check_labels(splits, annotated_parts(splits), num_classes)


def test_without_files_sampled_labels_are_counted(read: Any) -> None:
    finding = _check(read("train", SyntheticDigits(num_scenes=2)))
    assert finding.status == "ok"
    assert "no annotation file" in finding.detail


def test_all_annotations_of_the_layout_come_back(read: Any, coco: Any, layout: Path) -> None:
    count = sum(
        len(json.loads((layout / f"{name}.json").read_text())["annotations"])
        for name in ("train", "valid")
    )
    finding = _check(*(read(split, coco(layout, split)) for split in ("train", "val")))
    assert (finding.status, finding.detail.split()[0]) == ("ok", str(count))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ShiftedDigits, "is named '"),
        (RenumberedDigits, "would come back as"),
        (MovedDigits, "correct how the data set reads boxes"),
    ],
)
def test_a_data_set_that_reads_wrongly_is_an_error(
    kind: Any, said: str, read: Any, coco: Any, layout: Path
) -> None:
    finding = _check(read("val", coco(layout, "val", kind)))
    assert finding.status == "error"
    assert said in finding.detail
    assert "valid.json: annotation" in finding.detail
    assert "more like these" in finding.detail


def test_parts_of_a_wrapper_are_followed_too(read: Any, coco: Any, layout: Path) -> None:
    parts = [SyntheticDigits(num_scenes=2), coco(layout, "train", ShiftedDigits)]
    finding = _check(read("train", ConcatDataset(parts)))
    assert finding.status == "error"
    assert "train.json: annotation" in finding.detail


def test_a_model_of_another_number_of_classes_is_an_error(
    read: Any, coco: Any, layout: Path
) -> None:
    finding = _check(read("train", coco(layout, "train")), num_classes=10)
    assert finding.status == "error"
    assert "model.num_classes is 10" in finding.detail
    assert "make 11" in finding.detail


def test_files_that_mean_other_digits_by_an_id_are_pointed_out(
    read: Any, coco: Any, layout: Path, tmp_path: Path
) -> None:
    content = json.loads((layout / "valid.json").read_text())
    for record in content["categories"]:
        record["id"] -= 1
    for record in content["annotations"]:
        record["category_id"] -= 1
    other = tmp_path / "digits.json"
    other.write_text(json.dumps(content))
    train, val = coco(layout, "train"), coco(layout, "val", ann_file=str(other))
    finding = _check(read("train", train), read("val", val))
    assert finding.status == "warning"
    assert "other category ids for the digits 0, 1, 2 and 7 more" in finding.detail


def test_a_digit_that_is_validated_but_never_trained_is_pointed_out(
    read: Any, coco: Any, layout: Path, tmp_path: Path
) -> None:
    content = json.loads((layout / "train.json").read_text())
    content["annotations"] = [
        {**record, "id": 1000 * copy + record["id"], "category_id": 1 + record["category_id"] % 5}
        for copy in range(ENOUGH)
        for record in content["annotations"]
    ]
    other = tmp_path / "digits.json"
    other.write_text(json.dumps(content))
    train, val = coco(layout, "train", ann_file=str(other)), coco(layout, "val")
    missing = sorted({label - 1 for label in val.annotations.labels.tolist() if label > 5})
    finding = _check(read("train", train), read("val", val))
    assert finding.status == "warning"
    digits = ", ".join(map(str, missing[:3]))
    assert f"the train files have no box of the digits {digits}" in finding.detail


class OneMore:
    """A user's transform that makes the next digit of each: 3 is learned as 4."""

    def __call__(self, image: Any, target: Any) -> Any:
        return image, {**target, "labels": target["labels"] % 10 + 1}


def test_transforms_that_make_other_digits_are_pointed_out(read: Any) -> None:
    finding = _check(read("train", SyntheticDigits(num_scenes=4, transforms=[OneMore()])))
    assert finding.status == "warning"
    assert "synthetic:0:0: the transforms make the labels" in finding.detail
