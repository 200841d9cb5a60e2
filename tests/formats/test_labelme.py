"""Reading of labelme's JSON files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitdet.formats.labelme import read_labelme
from digitdet.formats.pictures import Box

Save = Callable[..., Path]
SHAPE = {"label": "7", "points": [[18.5, 5], [10, 25.25]], "shape_type": "rectangle"}
CONTENT = {"version": "5.5.0", "imagePath": "1.png", "imageHeight": 40, "imageWidth": 60}


def _write(file: Path, shapes: Any, **changes: Any) -> Path:
    file.parent.mkdir(exist_ok=True)
    content = {**CONTENT, "imagePath": f"{file.stem}.png", "shapes": shapes, **changes}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.fixture
def root(tmp_path: Path, save: Save) -> Path:
    """A folder of one picture, 40 high and 60 wide, with its JSON file beside it."""
    save(tmp_path / "1.png")
    _write(tmp_path / "1.json", [SHAPE])
    return tmp_path


def test_an_empty_folder_has_no_pictures(tmp_path: Path) -> None:
    assert read_labelme(tmp_path).pictures == []


def test_a_rectangle_is_read_whichever_corner_was_drawn_first(root: Path) -> None:
    (picture,) = read_labelme(root).pictures
    assert (picture.split, picture.name, picture.size) == ("train", "1.png", (40, 60))
    assert picture.boxes == (Box("7", (10, 5, 18.5, 25.25)),)


def test_a_file_that_leaves_name_and_size_open_is_read(root: Path) -> None:
    _write(root / "1.json", [SHAPE], imagePath=None, imageHeight=None, imageWidth=None)
    assert len(read_labelme(root).pictures[0].boxes) == 1


def test_polygons_are_read_as_their_boxes(root: Path) -> None:
    polygon = {"label": 3, "points": [[1, 2], [9, 4], [5, 30]], "shape_type": "polygon"}
    first_versions = {"label": "x", "points": [[1, 2], [9, 4], [5, 30]]}
    _write(root / "1.json", [polygon, first_versions])
    found = read_labelme(root)
    assert found.pictures[0].boxes == (Box("3", (1, 2, 9, 30)), Box("x", (1, 2, 9, 30)))
    assert found.notes == ["2 polygons read as their bounding boxes"]


def test_files_in_a_folder_of_their_own_are_found(tmp_path: Path, save: Save) -> None:
    save(tmp_path / "images" / "1.png")
    _write(tmp_path / "annotations" / "1.json", [SHAPE], imagePath="..\\images\\1.png")
    assert len(read_labelme(tmp_path).pictures[0].boxes) == 1


def test_pictures_without_file_and_files_without_picture_are_told(root: Path, save: Save) -> None:
    save(root / "2.png")
    _write(root / "9.json", [])
    found = read_labelme(root)
    assert [len(picture.boxes) for picture in found.pictures] == [1, 0]
    assert found.notes == ["1 pictures without JSON file taken as without digits"]
    assert found.left_out["annotation files without picture"] == 1


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (3, r"shapes\[1\]: needs 'label', a text, got 3"),
        ({**SHAPE, "label": None}, r"shapes\[1\]: needs 'label'"),
        ({**SHAPE, "shape_type": "circle"}, r"is a 'circle'; rectangles and polygons are read"),
        ({**SHAPE, "shape_type": ["circle"]}, "rectangles and polygons are read"),
        ({**SHAPE, "points": [[1, 2]]}, "a rectangle has at least 2 points"),
        ({**SHAPE, "points": 7}, "a rectangle has at least 2 points, got 7"),
        ({**SHAPE, "points": [[1, 2], [3]]}, r"a point is \[x, y\], got \[3\]"),
        ({**SHAPE, "points": [[1, 2], [3, True]]}, "a coordinate has to be a finite number"),
        ({**SHAPE, "points": [[1, 2], [3, None]]}, "a coordinate has to be a finite number"),
        ({**SHAPE, "points": [[1, 2], [3, 1e300]]}, "a coordinate has to be a finite number"),
    ],
)
def test_bad_shapes_are_refused_with_file_and_position(
    root: Path, shape: Any, message: str
) -> None:
    file = _write(root / "1.json", [SHAPE, shape])
    with pytest.raises(ValueError, match=message) as error:
        read_labelme(root)
    assert str(error.value).startswith(f"{file}: shapes[1]: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"imagePath": None, "imageHeight": None, "shapes": 3}, "is no file of labelme"),
        ({"shapes": {}}, "is no file of labelme, it lacks the list 'shapes'"),
        ({"imagePath": "other.png"}, r"is of the picture 'other\.png', but 1\.png lies there"),
        ({"imageHeight": 41}, r"1\.png: is 40 x 60 .*1\.json states 41 x 60"),
    ],
)
def test_files_of_something_else_are_refused(
    root: Path, changes: dict[str, Any], message: str
) -> None:
    content = {"shapes": [], **changes}
    _write(root / "1.json", content.pop("shapes"), **content)
    with pytest.raises(ValueError, match=message):
        read_labelme(root)
    (root / "1.json").write_text("[", encoding="utf-8")
    with pytest.raises(ValueError, match=r"1\.json: is not readable as JSON"):
        read_labelme(root)
