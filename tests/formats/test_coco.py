"""Reading and writing of COCO files."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet.datasets.annotations import read_annotations
from digitdet.formats.coco import read_coco, write_coco
from digitdet.formats.pictures import Box, Picture

Save = Callable[..., Path]
CATEGORIES = [{"id": 0, "name": "digits"}, {"id": 4, "name": "three"}]
BOX = {"id": 9, "image_id": 5, "category_id": 4, "bbox": [1.5, 2, 3, 4.25], "iscrowd": 0}


def _content(annotations: list[Any]) -> dict[str, Any]:
    image = {"id": 5, "file_name": "a.png", "height": 40, "width": 60}
    return {"images": [image], "annotations": annotations, "categories": CATEGORIES}


def _write(file: Path, content: Any) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.fixture
def root(tmp_path: Path, save: Save) -> Path:
    """A folder in the homework's layout: one picture, 40 high and 60 wide, with one box."""
    save(tmp_path / "train" / "a.png")
    _write(tmp_path / "train.json", _content([BOX]))
    return tmp_path


def test_an_empty_folder_is_refused_with_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no NAME\.json with a folder NAME/"):
        read_coco(tmp_path)


def test_a_picture_without_boxes_is_read(root: Path) -> None:
    _write(root / "train.json", _content([]))
    assert [picture.boxes for picture in read_coco(root).pictures] == [()]


def test_boxes_are_read_with_their_names_and_marks(root: Path) -> None:
    _write(root / "train.json", _content([{**BOX, "iscrowd": 1, "number": 1}, BOX]))
    found = read_coco(root)
    (picture,) = found.pictures
    assert (picture.split, picture.name, picture.size) == ("train", "a.png", (40, 60))
    box = (1.5, 2, 4.5, 6.25)
    assert picture.boxes == (Box("three", box, crowd=True, number=1), Box("three", box))
    assert found.classes == {"digits", "three"}


@pytest.mark.parametrize("number", ["1", 1.5, True, [1]])
def test_a_number_that_is_no_index_is_refused(root: Path, number: object) -> None:
    _write(root / "train.json", _content([BOX, {**BOX, "number": number}]))
    with pytest.raises(ValueError, match=r"json: annotations\[1\].*: 'number' is an integer"):
        read_coco(root)


def test_splits_come_from_files_and_test_needs_none(root: Path, save: Save) -> None:
    save(root / "val" / "a.png")
    (root / "val.json.gz").write_bytes(gzip.compress(json.dumps(_content([BOX])).encode()))
    save(root / "test" / "1.png")
    save(root / "train" / "extra.png")
    found = read_coco(root)
    kept = [(p.split, p.labelled, len(p.boxes)) for p in found.pictures]
    assert kept == [("train", True, 1), ("valid", True, 1), ("test", False, 0)]
    assert found.left_out["pictures that the annotation file does not name"] == 1


def test_an_export_of_roboflow_is_read(tmp_path: Path, save: Save) -> None:
    for split in ("train", "valid"):
        save(tmp_path / split / "a.png")
        _write(tmp_path / split / "_annotations.coco.json", _content([BOX]))
    found = read_coco(tmp_path)
    assert [(p.split, len(p.boxes)) for p in found.pictures] == [("train", 1), ("valid", 1)]
    assert not +found.left_out


def test_two_files_of_one_split_are_refused(root: Path, save: Save) -> None:
    _write(root / "train" / "_annotations.coco.json", _content([]))
    with pytest.raises(ValueError, match="are both of train/; keep one of them"):
        read_coco(root)
    (root / "train" / "_annotations.coco.json").unlink()
    for split in ("val", "valid"):
        save(root / split / "a.png")
        _write(root / f"{split}.json", _content([]))
    with pytest.raises(ValueError, match=r"val/ and valid/ are one split"):
        read_coco(root)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"categories": [{"id": 4}]}, r"categories\[0\]: needs 'name', a text"),
        ({"categories": [{"id": "4", "name": "3"}]}, r"categories\[0\]: needs 'id', an integer"),
        ({"categories": [*CATEGORIES, CATEGORIES[1]]}, r"categories\[2\]: the id 4 stands twice"),
        ({"categories": [7]}, r"categories\[0\]: needs 'id'"),
        ({"annotations": [{**BOX, "bbox": [1, 2, 3]}]}, r"annotations\[0\] \(id 9\): 'bbox' is"),
        ({"annotations": [{**BOX, "category_id": 3}]}, "'category_id' is the id of one of"),
        ({"annotations": [{**BOX, "image_id": 3}]}, "'image_id' is the id of one of"),
        ({"images": [{"id": 5}]}, r"images\[0\] lacks 'file_name'"),
        ({"images": {}}, "needs the list 'images'"),
    ],
)
def test_bad_files_are_refused_with_the_key(
    root: Path, changes: dict[str, Any], message: str
) -> None:
    file = _write(root / "train.json", {**_content([BOX]), **changes})
    with pytest.raises(ValueError, match=message) as error:
        read_coco(root)
    assert str(error.value).startswith(f"{file}: ")


def test_missing_pictures_and_other_sizes_are_refused(root: Path, save: Save) -> None:
    save(root / "train" / "a.png", (60, 40))
    with pytest.raises(ValueError, match=r"a\.png: is 60 x 40 .*train\.json states 40 x 60"):
        read_coco(root)
    (root / "train" / "a.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"1 of 1 pictures are not in .*'a\.png'"):
        read_coco(root)


def test_what_is_written_is_read_by_the_data_set_with_its_ids(tmp_path: Path) -> None:
    boxes = (Box("3", (0.1, 0.2, 0.3, 0.4), crowd=True, number=0), Box("0", (-1, 5, 7, 51)))
    pictures = [
        Picture(Path("12.png"), "train", "12.png", (40, 60), boxes),
        Picture(Path("7.png"), "train", "7.png", (41, 61)),
    ]
    other = Picture(Path("1.png"), "test", "1.png", (1, 1), labelled=False)
    write_coco(tmp_path, {"train": pictures, "test": [other]})
    assert [file.name for file in tmp_path.iterdir()] == ["train.json"]
    content = json.loads((tmp_path / "train.json").read_text(encoding="utf-8"))
    assert [a["bbox"] for a in content["annotations"]] == [[0.1, 0.2, 0.2, 0.2], [-1, 5, 8, 46]]
    assert [a.get("number") for a in content["annotations"]] == [0, None]
    read = read_annotations(tmp_path / "train.json")
    assert read.image_ids.tolist() == [12, 7]
    assert read.labels.tolist() == [4, 1]
    assert read.iscrowd.tolist() == [True, False]
    assert read.category_ids == {label: label for label in range(1, 11)}


@pytest.mark.parametrize("names", [["a.png", "7.png"], ["1.png", "01.png"], ["1.png", "x/1.png"]])
def test_names_that_are_no_distinct_integers_get_running_ids(
    tmp_path: Path, names: list[str]
) -> None:
    pictures = [Picture(Path(name), "train", name, (40, 60)) for name in names]
    write_coco(tmp_path, {"train": pictures})
    assert read_annotations(tmp_path / "train.json").image_ids.tolist() == [1, 2]
