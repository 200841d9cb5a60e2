"""Conversions from end to end."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitdet.datasets import CocoDigits
from digitdet.formats.convert import convert

Save = Callable[..., Path]
Write = Callable[..., Path]
# Not so far out that a YOLO file could not hold it.
SIDE = st.floats(-50, 50) | st.integers(-50, 50)
BOX = st.tuples(SIDE, SIDE, st.floats(0, 100) | st.integers(0, 100), st.integers(0, 100))
RECTANGLE = {"shape_type": "rectangle", "flags": {}, "group_id": None}
FORMATS = ("coco", "yolo", "voc")


def _coco(root: Path, save: Save, boxes: Sequence[Sequence[float]], split: str = "train") -> Path:
    """Write the homework's layout with one picture, 40 high and 60 wide; digits run from 0."""
    save(root / split / "1.png")
    content = {
        "images": [{"id": 1, "file_name": "1.png", "height": 40, "width": 60}],
        "annotations": [
            {"id": n, "image_id": 1, "bbox": list(box), "category_id": n % 10 + 1, "iscrowd": 0}
            for n, box in enumerate(boxes)
        ],
        "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
    }
    (root / f"{split}.json").write_text(json.dumps(content), encoding="utf-8")
    return root


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def _by_name(file: Path) -> dict[str, tuple[list[list[float]], list[int]]]:
    """Return boxes (xywh) and category ids of each file name, in the file's order."""
    content = _read(file)
    names = {image["id"]: image["file_name"] for image in content["images"]}
    found: dict[str, tuple[list[list[float]], list[int]]] = {n: ([], []) for n in names.values()}
    for annotation in content["annotations"]:
        boxes, ids = found[names[annotation["image_id"]]]
        boxes.append(annotation["bbox"])
        ids.append(annotation["category_id"])
    return found


def _largest_change(one: Path, other: Path) -> float:
    """Return what boxes of two files differ by at most; the rest has to be equal, and in order."""
    first, second = _by_name(one), _by_name(other)
    assert first.keys() == second.keys()
    change = 0.0
    for name, (boxes, ids) in first.items():
        assert second[name][1] == ids
        if boxes:
            change = max(change, float(np.abs(np.subtract(boxes, second[name][0])).max()))
    return change


def _round_trip(root: Path, folder: Path, target: str, **one_based: bool) -> Path:
    there, back = folder / target, folder / f"{target} back"
    writing = {f"write_{key}": value for key, value in one_based.items()}
    convert(root, there, source_format="coco", target_format=target, **writing)
    convert(there, back, source_format=target, **one_based)
    return back


@pytest.mark.parametrize("target", FORMATS)
def test_a_picture_without_boxes_comes_back(tmp_path: Path, save: Save, target: str) -> None:
    back = _round_trip(_coco(tmp_path / "data", save, []), tmp_path, target)
    assert _by_name(back / "train.json") == {"1.png": ([], [])}


@settings(max_examples=15, deadline=None)
@given(boxes=st.lists(BOX, max_size=4), target=st.sampled_from(FORMATS))
def test_any_boxes_come_back_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    save: Save,
    boxes: list[tuple[float, float, float, float]],
    target: str,
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    back = _round_trip(_coco(folder / "data", save, boxes), folder, target)
    # Half a unit of the ninth decimal, of each of two edges.
    assert _largest_change(folder / "data" / "train.json", back / "train.json") <= 1.1e-9


@pytest.mark.real_data
@pytest.mark.parametrize("target", [*FORMATS, "voc one-based"])
def test_real_photographs_come_back_unchanged(real_data: Path, tmp_path: Path, target: str) -> None:
    one_based = {"one_based": True} if target.endswith("one-based") else {}
    back = _round_trip(real_data, tmp_path, target.split()[0], **one_based)
    for split, count in (("train", 200), ("valid", 56)):
        assert len(_by_name(back / f"{split}.json")) == count
        # All boxes are whole pixels there: nothing may change at all, not even the ids.
        assert _largest_change(real_data / f"{split}.json", back / f"{split}.json") == 0
        images = [image["id"] for image in _read(real_data / f"{split}.json")["images"]]
        assert sorted(images) == sorted(i["id"] for i in _read(back / f"{split}.json")["images"])
        for file in sorted((real_data / split).iterdir())[:3]:
            assert (back / split / file.name).read_bytes() == file.read_bytes()


@pytest.mark.real_data
@pytest.mark.parametrize("source", ["labelme", "svhn"])
def test_real_photographs_are_read_unchanged_from_formats_that_are_not_written(
    real_data: Path, tmp_path: Path, write_digit_struct: Write, source: str
) -> None:
    for split in ("train", "valid"):
        folder = tmp_path / source / split
        shutil.copytree(real_data / split, folder)
        found = _by_name(real_data / f"{split}.json")
        if source == "svhn":
            rows = {
                name: [[*box, label - 1 or 10] for box, label in zip(*digits, strict=True)]
                for name, digits in found.items()
            }
            write_digit_struct(folder / "digitStruct.mat", list(rows.items()))
        for name, digits in found.items() if source == "labelme" else ():
            shapes = [
                {**RECTANGLE, "label": str(label - 1), "points": [[x + w, y], [x, y + h]]}
                for (x, y, w, h), label in zip(*digits, strict=True)
            ]
            content = json.dumps({"imagePath": name, "shapes": shapes})
            (folder / name).with_suffix(".json").write_text(content, encoding="utf-8")
    done = convert(tmp_path / source, tmp_path / "out", source_format=source)
    assert done.boxes == {"train": 434, "valid": 120}
    for split in ("train", "valid"):
        assert _largest_change(real_data / f"{split}.json", tmp_path / "out" / f"{split}.json") == 0


def test_svhn_becomes_the_homeworks_layout(
    tmp_path: Path, save: Save, write_digit_struct: Write
) -> None:
    root = tmp_path / "svhn"
    pictures = [(f"{n}.png", [[n, 2, 3, 4, 10]]) for n in range(1, 11)]
    write_digit_struct(root / "train" / "digitStruct.mat", pictures)
    for n in range(1, 11):
        save(root / "train" / f"{n}.png", (40, 60), f"#{n:06x}")
    done = convert(root, tmp_path / "out", source_format="svhn", split=0.2, one_based=True)
    assert list(done.pictures.items()) == [("train", 8), ("valid", 2)]
    assert done.boxes == {"train": 8, "valid": 2}
    for split in ("train", "valid"):
        dataset = CocoDigits(split, f"{split}.json", str(tmp_path / "out"), test_mode=True)
        for _, target in dataset:
            n = target["image_id"]
            assert target["boxes"].tolist() == [[n - 1, 1, n + 2, 5]]
            assert target["labels"].tolist() == [1]


def test_splits_and_unlabelled_pictures_are_kept(tmp_path: Path, save: Save) -> None:
    root = _coco(tmp_path / "data", save, [[1, 2, 3, 4]])
    _coco(root, save, [[5, 6, 7, 8]], "valid")
    save(root / "test" / "1.png")
    for target in FORMATS:
        back = _round_trip(root, tmp_path, target)
        assert _by_name(back / "train.json")["1.png"] == ([[1, 2, 3, 4]], [1])
        assert _by_name(back / "valid.json")["1.png"] == ([[5, 6, 7, 8]], [1])
        assert (back / "test" / "1.png").is_file()
        assert not (back / "test.json").exists()


@pytest.mark.parametrize(("target", "kept"), [("coco", 2), ("yolo", 1), ("voc", 1)])
def test_what_a_format_cannot_hold_is_left_out_and_counted(
    tmp_path: Path, save: Save, target: str, kept: int
) -> None:
    root = _coco(tmp_path / "data", save, [[1, 2, 3, 4], [5, 6, 7, 8]])
    content = _read(root / "train.json")
    content["annotations"][0] |= {"iscrowd": 1, "number": 0}
    content["annotations"][1] |= {"number": 1}
    (root / "train.json").write_text(json.dumps(content), encoding="utf-8")
    done = convert(root, tmp_path / target, source_format="coco", target_format=target)
    assert done.boxes == {"train": kept}
    lost = {
        "boxes marked as crowd, which COCO alone has a mark for": 1,
        "marks of the number that a box belongs to ('number'), which COCO alone has": 1,
    }
    assert done.left_out == ({} if target == "coco" else lost)
    if target == "coco":
        numbers = [box["number"] for box in _read(tmp_path / "coco" / "train.json")["annotations"]]
        assert numbers == [0, 1]
    else:
        convert(tmp_path / target, tmp_path / "back", source_format=target)
        assert _by_name(tmp_path / "back" / "train.json") == {"1.png": ([[5, 6, 7, 8]], [2])}


def test_pictures_of_a_kind_that_is_not_read_are_counted(tmp_path: Path, save: Save) -> None:
    root = _coco(tmp_path / "data", save, [])
    save(root / "train" / "2.gif")
    save(root / "test" / "3.TIF")
    done = convert(root, tmp_path / "out", source_format="coco")
    ((reason, count),) = done.left_out.items()
    assert reason.startswith("pictures of a kind that is not read")
    assert count == 2


def test_links_take_no_space(tmp_path: Path, save: Save) -> None:
    root = _coco(tmp_path / "data", save, [])
    convert(root, tmp_path / "out", source_format="coco", target_format="yolo", link=True)
    linked = tmp_path / "out" / "images" / "train" / "1.png"
    assert linked.samefile(root / "train" / "1.png")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_format": "xml"}, "no format 'xml' is read; there are coco, labelme, svhn"),
        ({"target_format": "svhn"}, "no format 'svhn' is written; there are coco, voc, yolo"),
        ({"one_based": True}, "--one-based is of svhn and voc"),
        ({"write_one_based": True}, "--write-one-based is of voc"),
        ({"classes": {"x": "1"}}, "--classes: there is no class 'x'"),
        ({"source_format": "yolo"}, "none of its 1 pictures has annotations; put those beside"),
        ({"split": 2.0}, "--split takes a fraction"),
    ],
)
def test_options_that_do_not_fit_are_refused_and_nothing_is_written(
    tmp_path: Path, save: Save, changes: dict[str, Any], message: str
) -> None:
    root = _coco(tmp_path / "data", save, [[1, 2, 3, 4]])
    with pytest.raises(ValueError, match=message):
        convert(root, tmp_path / "out", **{"source_format": "coco", **changes})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_folders_that_do_not_fit_are_refused(tmp_path: Path, save: Save) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        convert(tmp_path / "nowhere", tmp_path / "out", source_format="coco")
    root = _coco(tmp_path / "data", save, [])
    with pytest.raises(ValueError, match="lies in the source"):
        convert(root, root / "out", source_format="coco")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty: holds no picture"):
        convert(tmp_path / "empty", tmp_path / "out", source_format="voc")


def test_pictures_that_the_format_cannot_tell_apart_are_refused(tmp_path: Path, save: Save) -> None:
    root = _coco(tmp_path / "data", save, [])
    content = _read(root / "train.json")
    content["images"].append({"id": 2, "file_name": "1.jpg", "height": 40, "width": 60})
    (root / "train.json").write_text(json.dumps(content), encoding="utf-8")
    save(root / "train" / "1.jpg")
    for target in ("yolo", "voc"):
        with pytest.raises(ValueError, match=rf"1\.jpg: has the stem of .*1\.png .*{target} tells"):
            convert(root, tmp_path / "out", source_format="coco", target_format=target)
    convert(root, tmp_path / "out", source_format="coco")


def test_a_box_of_negative_size_is_refused(tmp_path: Path, save: Save) -> None:
    root = _coco(tmp_path / "data", save, [[1, 2, 3, 4], [1, 2, -3, 4]])
    with pytest.raises(ValueError, match=r"1\.png: its box 2 has the size -3 x 4"):
        convert(root, tmp_path / "out", source_format="coco")


def test_an_error_while_writing_leaves_nothing(tmp_path: Path, save: Save) -> None:
    root = _coco(tmp_path / "data", save, [[500, 2, 3, 4]])
    with pytest.raises(ValueError, match="lies so far outside"):
        convert(root, tmp_path / "out", source_format="coco", target_format="yolo")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
