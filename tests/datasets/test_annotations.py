"""Reading and cleaning annotation files."""

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitdet.datasets.annotations import read_annotations

GOOD: dict[str, Any] = {
    "images": [
        {"id": 7, "file_name": "a.png", "height": 20, "width": 30},
        {"id": 3, "file_name": "sub/b.png", "height": 5, "width": 6},
    ],
    "annotations": [
        {"id": 50, "image_id": 3, "bbox": [1, 2, 3, 2], "category_id": 10, "iscrowd": 0},
        {"id": 51, "image_id": 7, "bbox": [-1.5, 2, 30, 25], "category_id": 1, "iscrowd": 0},
        {"id": 52, "image_id": 3, "bbox": [0, 0, 2, 2], "category_id": 2, "iscrowd": 1},
    ],
    "categories": [{"id": digit + 1, "name": str(digit)} for digit in range(10)],
}
GZIP = gzip.compress(json.dumps(GOOD).encode())


def _write(folder: Path, content: Any) -> Path:
    file = folder / "digits.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_file_without_pictures_is_an_empty_index(tmp_path: Path) -> None:
    empty = read_annotations(_write(tmp_path, {**GOOD, "images": [], "annotations": []}))
    assert len(empty) == 0
    assert empty.boxes.shape == (0, 4)


def test_pictures_without_boxes_have_none(tmp_path: Path) -> None:
    read = read_annotations(_write(tmp_path, {**GOOD, "annotations": []}))
    assert [len(read.boxes[read.of_image(position)]) for position in range(2)] == [0, 0]


def test_a_file_is_read_as_published(tmp_path: Path) -> None:
    read = read_annotations(_write(tmp_path, GOOD))
    assert read.image_ids.tolist() == [7, 3]
    assert read.file_names == ["a.png", "sub/b.png"]
    assert read.sizes.tolist() == [[20, 30], [5, 6]]
    assert read.boxes[read.of_image(0)].tolist() == [[-1.5, 2, 28.5, 27]]
    assert read.boxes[read.of_image(1)].tolist() == [[1, 2, 4, 4], [0, 0, 2, 2]]
    assert read.boxes.dtype == np.float32
    assert read.labels[read.of_image(1)].tolist() == [10, 2]
    assert read.iscrowd.tolist() == [False, False, True]
    assert read.annotation_ids.tolist() == [51, 50, 52]


def test_gzip_is_read_the_same(tmp_path: Path) -> None:
    plain = read_annotations(_write(tmp_path, GOOD))
    packed = tmp_path / "digits.json.gz"
    packed.write_bytes(gzip.compress((tmp_path / "digits.json").read_bytes()))
    other = read_annotations(packed)
    for name in vars(plain).keys() - {"file"}:
        np.testing.assert_equal(getattr(other, name), getattr(plain, name))


def test_an_annotation_without_id_is_named_by_its_position(tmp_path: Path) -> None:
    content = copy.deepcopy(GOOD)
    for annotation in content["annotations"]:
        del annotation["id"], annotation["iscrowd"]
    read = read_annotations(_write(tmp_path, content))
    assert read.annotation_ids.tolist() == [1, 0, 2]
    assert not read.iscrowd.any()


def test_ids_that_are_not_digit_plus_1_are_read_by_name(tmp_path: Path) -> None:
    names = [{"id": 1, "name": "1"}, {"id": 2, "name": "2"}, {"id": 10, "name": "0"}]
    read = read_annotations(_write(tmp_path, {**GOOD, "categories": names}))
    assert read.labels[read.of_image(1)].tolist() == [1, 3]
    assert read.category_ids == {1: 10, 2: 1, 3: 2}


def _numbered(tmp_path: Path, numbers: list[Any], images: list[int]) -> list[list[int]] | None:
    """The numbers that are read of digits with these indices, by picture; ... for none."""
    boxes = []
    for number, image_id in zip(numbers, images, strict=True):
        box = {"image_id": image_id, "bbox": [1, 2, 3, 2], "category_id": 1}
        boxes.append(box if number is ... else {**box, "number": number})
    read = read_annotations(_write(tmp_path, {**GOOD, "annotations": boxes}))
    if read.numbers is None:
        return None
    assert read.numbers.dtype == np.int64
    return [read.numbers[read.of_image(position)].tolist() for position in range(len(read))]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], None),
        ([..., None], None),  # null is as good as left out
        ([0], [[0], []]),
        ([1, 0, 1], [[1, 0, 1], []]),
        ([-7, 9, 2**63 - 1, -7], [[0, 1, 2, 0], []]),
        ([3, ..., 3, None], [[0, 1, 0, 1], []]),  # those without are one more, the last
    ],
)
def test_numbers_are_counted_from_0_by_what_the_file_states(
    tmp_path: Path, numbers: list[Any], expected: list[list[int]] | None
) -> None:
    assert _numbered(tmp_path, numbers, [7] * len(numbers)) == expected


def test_each_picture_counts_its_own_numbers(tmp_path: Path) -> None:
    numbers = _numbered(tmp_path, [5, ..., 2, 4, ...], [3, 7, 3, 3, 7])
    assert numbers == [[0, 0], [2, 0, 1]]  # picture 7, then 3


def test_a_wrong_mark_is_named_by_its_position_among_all_annotations(tmp_path: Path) -> None:
    content = copy.deepcopy(GOOD)
    del content["annotations"][0]["iscrowd"]
    content["annotations"][2]["iscrowd"] = 2
    with pytest.raises(ValueError, match=r"annotations\[2\] \(id 52\): 'iscrowd' is 0 or 1"):
        read_annotations(_write(tmp_path, content))


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.json: no such annotation file"):
        read_annotations(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.json", b""),
        ("d.json", b'{"images": ['),
        ("d.json", b"\xff\xfe\x00"),
        ("d.json", b"[" * 200_000),
        ("d.json.gz", json.dumps(GOOD).encode()),
        ("d.json.gz", GZIP[:30] + bytes(byte ^ 255 for byte in GZIP[30:41]) + GZIP[41:]),
        ("d.json.gz", GZIP[:-40]),
        ("d.json.gz", GZIP[:-4]),
    ],
    ids=[
        "empty",
        "cut",
        "not text",
        "nested",
        "not gzip",
        "flipped",
        "gzip cut",
        "gzip without length",
    ],
)
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match="is not readable as JSON") as caught:
        read_annotations(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def _set(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one value; ``to=KeyError`` deletes it."""

    def change(content: Any) -> None:
        *most, last = path
        for key in most:
            content = content[key]
        if to is KeyError:
            del content[last]
        else:
            content[last] = to

    return change


BBOX = ("annotations", 1, "bbox")
WHERE_BBOX = "annotations[1] (id 51): 'bbox' is four finite numbers"
WHERE_NAME = "images[1] (id 3): 'file_name' is a path inside the picture folder"
WRONG = [
    *((_set(key, to=KeyError), f"needs the list '{key}'") for key in GOOD),
    *((_set(key, to={}), f"needs the list '{key}'") for key in GOOD),
    *(
        (_set("images", 1, key, to=KeyError), f"images[1] lacks '{key}'")
        for key in ("id", "file_name", "height", "width")
    ),
    *(
        (_set("annotations", 2, key, to=KeyError), f"annotations[2] lacks '{key}'")
        for key in ("bbox", "category_id", "image_id")
    ),
    (_set("images", 0, to=None), "images[0] lacks 'id'"),
    (_set("annotations", 0, to=[]), "annotations[0] lacks 'bbox'"),
    (_set("images", 1, "id", to="3"), "images[1] (id '3'): 'id' is an integer"),
    (_set("images", 1, "id", to=2**63), "'id' is an integer"),
    (_set("images", 1, "id", to=7), "the id 7 stands twice"),
    (_set("annotations", 0, "image_id", to=4), "annotations[0] (id 50): 'image_id' is the id of"),
    (_set("annotations", 0, "image_id", to=[3]), "'image_id' is the id of one of the file's"),
    (_set("annotations", 2, "category_id", to=0), "annotations[2] (id 52): 'category_id' is"),
    (_set("annotations", 2, "category_id", to=11), "got 11"),
    (_set("annotations", 2, "category_id", to="2"), "got '2'"),
    *((_set(*BBOX, to=box), WHERE_BBOX) for box in ([], [1, 2, 3], [1, 2, 3, 4, 5], None, "1234")),
    *(
        (_set(*BBOX, 2, to=value), WHERE_BBOX)
        for value in (float("nan"), float("inf"), "3", None, [3], True, 1e10, -1e300, 10**400)
    ),
    *(
        (_set("annotations", 1, "iscrowd", to=value), "'iscrowd' is 0 or 1")
        for value in ("0", 2, None, 1.0)
    ),
    *(
        (
            _set("annotations", 1, "number", to=value),
            "annotations[1] (id 51): 'number' is an integer or left out",
        )
        for value in ("0", True, 1.0, [1], 2**63)
    ),
    *(
        (_set("images", 1, "file_name", to=name), WHERE_NAME)
        for name in ("", "../b.png", "a/../../b.png", "/b.png", "C:\\b.png", "..\\b.png", "\0", 3)
    ),
    *(
        (_set("images", 0, key, to=value), f"images[0] (id 7): '{key}' is a positive number")
        for key in ("height", "width")
        for value in (0, -1, 2.5, "20", True)
    ),
    (_set("categories", 4, "name", to="four"), "categories[4] is named 'four'"),
]


@pytest.mark.parametrize(("change", "what"), WRONG)
def test_a_wrong_value_is_refused_with_file_and_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], what: str
) -> None:
    content = copy.deepcopy(GOOD)
    change(content)
    file = _write(tmp_path, content)
    with pytest.raises(ValueError, match=r"digits\.json: ") as caught:
        read_annotations(file)
    assert str(caught.value).startswith(str(file))
    assert what in str(caught.value)


@pytest.mark.parametrize("content", [None, [], 3, "images"])
def test_json_that_is_no_object_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(ValueError, match=r"digits\.json: .* has to hold a JSON object"):
        read_annotations(_write(tmp_path, content))


def test_a_list_may_be_predictions_that_were_named_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="are two files swapped"):
        read_annotations(_write(tmp_path, []))
