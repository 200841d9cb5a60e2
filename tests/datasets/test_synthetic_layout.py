"""Synthetic scenes on disk, in the homework's layout."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools.coco import COCO

from digitdet.datasets import CocoDigits, ImageFolder, SyntheticDigits
from digitdet.datasets.synthetic_layout import write_layout


def _files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_layout_of_no_pictures_is_complete(tmp_path: Path) -> None:
    write_layout(tmp_path, num_train=0, num_valid=0, num_test=0)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *("test", "train", "train.json", "valid", "valid.json")
    ]
    content = json.loads((tmp_path / "train.json").read_text(encoding="utf-8"))
    assert content["images"] == content["annotations"] == []
    assert len(content["categories"]) == 10


def test_the_scenes_are_the_first_of_the_sequences_of_three_seeds(tmp_path: Path) -> None:
    write_layout(tmp_path / "a", num_train=2, num_valid=2, num_test=0, seed=5)
    for seed, split in ((5, "train"), (6, "valid")):
        written = CocoDigits(split, f"{split}.json", str(tmp_path / "a"))
        for number, (image, target) in enumerate(written):
            expected, truth = SyntheticDigits(2, seed=seed)[number]
            assert torch.equal(image, expected)
            torch.testing.assert_close(target["boxes"].data, truth["boxes"].data)


def test_pictures_are_numbered_from_1_and_the_test_split_has_no_annotations(layout: Path) -> None:
    expected = {
        *(f"train/{n}.png" for n in range(1, 7)),
        *(f"valid/{n}.png" for n in range(1, 5)),
        *(f"test/{n}.png" for n in range(1, 4)),
        *("train.json", "valid.json"),
    }
    assert set(_files(layout)) == expected


@pytest.mark.parametrize("split", ["train", "valid"])
def test_pycocotools_reads_what_coco_digits_reads(
    layout: Path, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(layout / f"{split}.json"))
    dataset = CocoDigits(split, f"{split}.json", str(layout))
    assert capsys.readouterr().out == ""  # nothing to clean
    assert {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())} == {
        **{1: "0", 2: "1", 3: "2", 4: "3", 5: "4", 6: "5", 7: "6", 8: "7", 9: "8", 10: "9"}
    }
    assert sorted(coco.getImgIds()) == [target["image_id"] for _, target in dataset]
    assert len(set(coco.getAnnIds())) == len(coco.dataset["annotations"]) > len(dataset)
    for image, target in dataset:
        record = coco.loadImgs([target["image_id"]])[0]
        with Image.open(layout / split / record["file_name"]) as picture:
            assert picture.size == (record["width"], record["height"])
            np.testing.assert_array_equal(np.asarray(picture), image.permute(1, 2, 0).numpy())
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=[target["image_id"]]))
        xywh = np.array([a["bbox"] for a in annotations])
        xyxy = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])
        np.testing.assert_allclose(target["boxes"].numpy(), xyxy, atol=1e-4)
        assert target["labels"].tolist() == [a["category_id"] for a in annotations]
        assert [a["iscrowd"] for a in annotations] == [0] * len(annotations)
        np.testing.assert_allclose([a["area"] for a in annotations], xywh[:, 2] * xywh[:, 3])


def test_the_test_split_is_read_without_labels(layout: Path) -> None:
    assert [target["image_id"] for _, target in ImageFolder("test", str(layout))] == [1, 2, 3]


def test_no_picture_stands_in_two_splits(layout: Path) -> None:
    pictures = [content for name, content in _files(layout).items() if name.endswith(".png")]
    assert len(set(pictures)) == len(pictures) == 13


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        write_layout(tmp_path / name, num_train=2, num_valid=1, num_test=1, seed=seed)
    one, two, other = (_files(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert one.keys() == other.keys()
    assert all(one[name] != other[name] for name in one)


def test_a_larger_layout_begins_with_the_smaller_ones_pictures(tmp_path: Path) -> None:
    for count in (1, 3):
        write_layout(tmp_path / str(count), num_train=count, num_valid=1, num_test=0, seed=5)
    small, large = (_files(tmp_path / name) for name in ("1", "3"))
    del small["train.json"]
    assert small.items() <= large.items()
    assert len(json.loads(large["train.json"])["images"]) == 3


@pytest.mark.parametrize("name", ["num_train", "num_valid", "num_test", "seed"])
def test_a_negative_number_is_refused_and_nothing_written(tmp_path: Path, name: str) -> None:
    counts = {"num_train": 1, "num_valid": 1, "num_test": 1, "seed": 0, name: -1}
    with pytest.raises(ValueError, match=f"^{name} has to be 0 or more, got -1"):
        write_layout(tmp_path / "new", **counts)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text("mine")
    with pytest.raises(ValueError, match="is not an empty folder; nothing was written") as error:
        write_layout(tmp_path, num_train=1, num_valid=1, num_test=1)
    assert str(error.value).startswith(str(tmp_path))
    assert _files(tmp_path) == {"train.json": b"mine"}


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(ValueError, match="data: is not an empty folder"):
        write_layout(tmp_path / "data", num_train=1, num_valid=1, num_test=1)
    assert (tmp_path / "data").read_text() == "mine"


def test_missing_parents_are_made(tmp_path: Path) -> None:
    write_layout(tmp_path / "a" / "b", num_train=1, num_valid=0, num_test=0)
    assert (tmp_path / "a" / "b" / "train" / "1.png").is_file()
