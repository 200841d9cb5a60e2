"""The data set of the homework's layout."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader
from torchvision import tv_tensors

from digitdet.datasets import CocoDigits, collate
from digitdet.registry import DATASETS

CATEGORIES = [{"id": digit + 1, "name": str(digit)} for digit in range(10)]
# In a picture 40 high and 60 wide: one inside, one across the left edge, one beside it, one flat.
BOXES = [[10, 5, 8, 20], [-1, 5, 8, 20], [61, 5, 8, 20], [10, 5, 8, 0]]


def _open(file: Path, **kwargs: Any) -> CocoDigits:
    return CocoDigits("pictures", file.name, data_root=str(file.parent), **kwargs)


def test_a_picture_without_boxes_gives_typed_empty_tensors(write_coco: Callable[..., Path]) -> None:
    for test_mode in (False, True):
        image, target = _open(write_coco(), test_mode=test_mode)[0]
        assert image.shape == (3, 40, 60)
        assert target["boxes"].shape == (0, 4)
        keys = ("boxes", "labels", "iscrowd")
        assert [target[key].dtype for key in keys] == [torch.float32, torch.int64, torch.bool]


def test_a_sample_has_the_files_values(write_coco: Callable[..., Path], tmp_path: Path) -> None:
    dataset = DATASETS.build(
        {
            "type": "CocoDigits",
            "image_dir": "pictures",
            "ann_file": write_coco(boxes=[[10, 5, 8, 20]]).name,
            "data_root": str(tmp_path),
        }
    )
    assert len(dataset) == 1
    image, target = dataset[0]
    assert type(image) is tv_tensors.Image
    assert image.dtype == torch.uint8
    assert image.unique().tolist() == [128]
    assert type(target["boxes"]) is tv_tensors.BoundingBoxes
    assert target["boxes"].canvas_size == (40, 60)
    assert target["boxes"].tolist() == [[10, 5, 18, 25]]
    assert target["labels"].tolist() == [5]
    assert target["image_id"] == 1
    assert target["source"] == str(tmp_path / "pictures" / "1.png")
    assert dataset.metainfo["classes"] == tuple("0123456789")


def test_test_mode_leaves_the_boxes_as_published(
    write_coco: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    target = _open(write_coco(boxes=BOXES), test_mode=True)[0][1]
    xyxy = [[10, 5, 18, 25], [-1, 5, 7, 25], [61, 5, 69, 25], [10, 5, 18, 5]]
    assert target["boxes"].tolist() == xyxy
    assert capsys.readouterr().out == ""


def test_training_clips_and_drops_boxes_and_reports_it_once(
    write_coco: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = _open(write_coco(boxes=BOXES))
    for _ in range(2):
        assert dataset[0][1]["boxes"].tolist() == [[10, 5, 18, 25], [0, 5, 7, 25]]
        assert dataset[0][1]["labels"].tolist() == [5, 5]
    out = capsys.readouterr().out
    assert out.count("WARNING") == 1
    assert "digits.json: of the training boxes, 1 clipped to their picture (annotation 101)" in out
    assert "2 without area dropped (annotations 102, 103)" in out


def test_crowd_marks_are_kept_in_test_mode_and_dropped_in_training(
    write_coco: Callable[..., Path],
) -> None:
    crowd = {"id": 1, "image_id": 1, "bbox": [1, 1, 5, 5], "category_id": 3, "iscrowd": 1}
    file = write_coco(annotations=[crowd, {**crowd, "id": 2, "iscrowd": 0}])
    assert _open(file, test_mode=True)[0][1]["iscrowd"].tolist() == [True, False]
    assert _open(file)[0][1]["iscrowd"].tolist() == [False]


def test_numbers_are_given_in_test_mode_alone_and_only_where_the_file_has_them(
    write_coco: Callable[..., Path],
) -> None:
    digit = {"image_id": 1, "bbox": [1, 1, 5, 5], "category_id": 3}
    file = write_coco(annotations=[{**digit, "number": 4}, digit, {**digit, "number": 4}])
    numbers = _open(file, test_mode=True)[0][1]["numbers"]
    assert numbers.dtype == torch.int64
    assert numbers.tolist() == [0, 1, 0]
    assert "numbers" not in _open(file)[0][1]
    assert "numbers" not in _open(write_coco(annotations=[digit]), test_mode=True)[0][1]


def test_a_subset_keeps_the_numbers_of_its_pictures(write_coco: Callable[..., Path]) -> None:
    images = [{"id": i, "file_name": "1.png", "height": 40, "width": 60} for i in (1, 2, 3)]
    indices = [(1, 0), (2, 1), (2, 0), (3, 8), (3, 9)]
    digits = [
        {"image_id": image_id, "bbox": [1, 1, 5, 5], "category_id": 3, "number": number}
        for image_id, number in indices
    ]
    file = write_coco(images=images, annotations=digits)
    part = _open(file, test_mode=True, indices=[2, 1])
    assert [target["numbers"].tolist() for _, target in part] == [[0, 1], [1, 0]]


def test_changing_a_sample_leaves_the_next_one_alone(write_coco: Callable[..., Path]) -> None:
    dataset = _open(write_coco(boxes=BOXES[:1]))
    for _ in range(2):
        _, target = dataset[0]
        assert target["boxes"].tolist() == [[10, 5, 18, 25]]
        assert target["labels"].tolist() == [5]
        target["boxes"].zero_()
        target["labels"].zero_()
        target["iscrowd"].fill_(True)


def test_categories_that_are_read_by_name_are_printed(
    write_coco: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    categories = [{"id": 5, "name": "5"}, {"id": 10, "name": "0"}, {"id": 2, "name": "1"}]
    dataset = _open(write_coco(boxes=BOXES[:1], categories=categories))
    assert dataset[0][1]["labels"].tolist() == [6]
    ids = dataset.metainfo["category_ids"]
    assert (ids[1], ids[2], ids[6]) == (10, 2, 5)
    assert len(set(ids.values())) == len(ids) == 10
    assert "{5: 5, 10: 0}" in capsys.readouterr().out


def test_gzip_gives_the_same_samples(layout: Path, tmp_path: Path) -> None:
    packed = tmp_path / "train.json.gz"
    packed.write_bytes(gzip.compress((layout / "train.json").read_bytes()))
    one = CocoDigits("train", "train.json", str(layout))
    other = CocoDigits(str(layout / "train"), str(packed))
    assert len(one) == len(other) == 6
    for (image, target), (image2, target2) in zip(one, other, strict=True):
        assert torch.equal(image, image2)
        assert target["boxes"].tolist() == target2["boxes"].tolist()
        assert target["labels"].tolist() == target2["labels"].tolist()


def test_a_missing_folder_is_refused_with_its_name_and_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere: no such folder.*make_synthetic"):
        CocoDigits("train", "train.json", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="train: no such folder"):
        CocoDigits("train", "train.json", str(tmp_path))


def test_missing_pictures_are_refused_before_the_first_sample(
    write_coco: Callable[..., Path],
) -> None:
    image = {"id": 1, "file_name": "1.png", "height": 40, "width": 60}
    more = [{**image, "id": number, "file_name": f"sub/{number}.png"} for number in (8, 9)]
    file = write_coco(images=[image, *more])
    with pytest.raises(
        FileNotFoundError, match=r"digits\.json: 2 of 3 .*'sub/8\.png' \(image id 8\)"
    ):
        _open(file)


def test_a_picture_that_cannot_be_decoded_is_refused_with_file_and_image_id(
    write_coco: Callable[..., Path], tmp_path: Path
) -> None:
    dataset = _open(write_coco())
    (tmp_path / "pictures" / "1.png").write_bytes(b"not a picture")
    with pytest.raises(
        ValueError, match=r"pictures/1\.png: can't be decoded.*; image id 1 of .*json"
    ):
        dataset[0]
    (tmp_path / "pictures" / "1.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"pictures/1\.png: no such picture; image id 1 of"):
        dataset[0]


def test_a_stated_size_that_differs_is_refused_with_both_sizes(
    write_coco: Callable[..., Path], tmp_path: Path
) -> None:
    dataset = _open(write_coco())
    Image.new("RGB", (40, 60)).save(tmp_path / "pictures" / "1.png")
    with pytest.raises(
        ValueError, match=r"1\.png: is 60 x 40 .*json states 40 x 60 for image id 1;"
    ):
        dataset[0]


def test_each_of_thousands_of_pictures_gets_its_own_boxes(tmp_path: Path) -> None:
    rng = random.Random(5)
    ids = rng.sample(range(100_000), 3000)
    images = [dict(id=i, file_name="1.png", height=8, width=9) for i in ids]
    owners = rng.choices(ids[:2500], k=9000)
    boxes = [[rng.randrange(5), rng.randrange(5), rng.randint(1, 4), 3] for _ in owners]
    annotations = [
        dict(id=n, image_id=owner, bbox=box, category_id=rng.randint(1, 10))
        for n, (owner, box) in enumerate(zip(owners, boxes, strict=True))
    ]
    content = dict(images=images, annotations=annotations, categories=CATEGORIES)
    (tmp_path / "digits.json").write_text(json.dumps(content))
    Image.new("RGB", (9, 8)).save(tmp_path / "1.png")
    dataset = CocoDigits("", "digits.json", str(tmp_path))
    assert len(dataset) == 3000
    for position, image_id in enumerate(ids):
        mine = [a for a in annotations if a["image_id"] == image_id]
        part = dataset.annotations.of_image(position)
        assert dataset.annotations.annotation_ids[part].tolist() == [a["id"] for a in mine]
        if position % 100 == 0:
            target = dataset[position][1]
            xywh = [[x, y, x2 - x, y2 - y] for x, y, x2, y2 in target["boxes"].tolist()]
            assert target["image_id"] == image_id
            assert xywh == [a["bbox"] for a in mine]
            assert target["labels"].tolist() == [a["category_id"] for a in mine]


def test_workers_give_the_samples_that_no_worker_gives(layout: Path) -> None:
    dataset = CocoDigits(
        "train", "train.json", str(layout), [dict(type="RandomPhotometricDistort")]
    )
    dataset.set_epoch(3, seed=11)
    alone, shared = (
        list(DataLoader(dataset, batch_size=4, num_workers=number, collate_fn=collate))
        for number in (0, 2)
    )
    for one, other in zip(alone, shared, strict=True):
        assert all(map(torch.equal, one["images"], other["images"]))
        assert [t["source"] for t in one["targets"]] == [t["source"] for t in other["targets"]]


@pytest.mark.real_data
def test_the_real_training_box_277_is_clipped_and_reported_and_544_stays_as_published(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = CocoDigits("train", "train.json", str(real_data))
    assert "277" in capsys.readouterr().out.split("clipped to their picture (")[1].split(")")[0]
    row = train.annotations.annotation_ids.tolist().index(277)
    assert train.annotations.boxes[row].tolist() == [32, 15, 48, 50]  # published: down to 51
    samples = [target for _, target in train]
    position = train.annotations.image_ids.tolist().index(127)
    assert [32, 15, 48, 50] in samples[position]["boxes"].tolist()

    valid = CocoDigits("valid", "valid.json", str(real_data), test_mode=True)
    assert capsys.readouterr().out == ""
    _, target = valid[valid.annotations.image_ids.tolist().index(252)]
    assert [-1, 26, 15, 60] in target["boxes"].tolist()


def test_a_file_without_pictures_is_refused(write_coco: Callable[..., Path]) -> None:
    with pytest.raises(ValueError, match=r"digits\.json: its list 'images' is empty"):
        _open(write_coco(images=[], annotations=[]))


@pytest.mark.parametrize("index", [-1, 1])
def test_a_position_outside_the_dataset_is_an_index_error(
    index: int, write_coco: Callable[..., Path]
) -> None:
    with pytest.raises(IndexError, match=rf"picture {index} of 1"):
        _open(write_coco(boxes=[[1, 1, 5, 5]]))[index]
