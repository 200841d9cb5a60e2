"""Reading the predictions of several models."""

import json
from pathlib import Path
from typing import Any

import pytest

from digitdet.ensembling.prediction_files import load_prediction_files


def detection(image_id: int, category_id: int = 5, score: float = 0.5) -> dict[str, Any]:
    return {
        "image_id": image_id, "bbox": [1, 2, 30, 40], "score": score, "category_id": category_id
    }  # fmt: skip


def truth(first_category_id: int) -> dict[str, Any]:
    return {
        "images": [{"id": i, "file_name": f"{i}.png", "height": 40, "width": 60} for i in (7, 3)],
        "annotations": [],
        "categories": [{"id": first_category_id + d, "name": str(d)} for d in range(10)],
    }


def write(file: Path, content: Any) -> Path:
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_files_in_which_nothing_was_found_name_no_picture(tmp_path: Path) -> None:
    files = load_prediction_files([write(tmp_path / f"{n}.json", []) for n in "ab"])
    assert files.image_ids == []
    assert files.predictions == [[], []]
    assert files.targets is None


def test_without_the_truth_the_pictures_are_those_of_any_file(tmp_path: Path) -> None:
    one = write(tmp_path / "a.json", [detection(9), detection(2)])
    other = write(tmp_path / "b.json", [detection(4, score=0.25), detection(9)])
    files = load_prediction_files([one, other])
    assert files.image_ids == [2, 4, 9]
    counts = [[len(p["scores"]) for p in of_file] for of_file in files.predictions]
    assert counts == [[1, 0, 1], [0, 1, 1]]
    assert files.predictions[1][1]["labels"].tolist() == [5]
    assert files.predictions[1][1]["boxes"].tolist() == [[1, 2, 31, 42]]


def test_with_the_truth_its_pictures_order_and_categories_count(tmp_path: Path) -> None:
    ann = write(tmp_path / "valid.json", truth(first_category_id=51))
    pred = write(tmp_path / "a.json", [detection(3, category_id=55)])
    files = load_prediction_files([pred], ann)
    assert files.image_ids == [7, 3]
    assert files.targets is not None
    assert [target["image_id"] for target in files.targets] == [7, 3]
    assert files.predictions[0][1]["labels"].tolist() == [5]
    assert files.category_ids == {label: label + 50 for label in range(1, 11)}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (detection(3, category_id=0), r"b.json\[1\].*digit \+ 1, not the digit"),
        (detection(3, category_id=55), r"b.json\[1\].*id of the annotation file"),
        (detection(3, score=2.0), r"b.json\[1\].*'score' is 2.0"),
        ({"image_id": 3}, r"b.json\[1\].*bbox"),
    ],
)
def test_an_entry_that_is_not_as_it_has_to_be_is_named(
    entry: dict[str, Any], message: str, tmp_path: Path
) -> None:
    one = write(tmp_path / "a.json", [detection(3)])
    other = write(tmp_path / "b.json", [detection(3), entry])
    with pytest.raises(ValueError, match=message):
        load_prediction_files([one, other])


def test_a_picture_that_the_truth_does_not_name_is_refused(tmp_path: Path) -> None:
    ann = write(tmp_path / "valid.json", truth(first_category_id=1))
    files = [write(tmp_path / "a.json", [detection(3)]), write(tmp_path / "b.json", [detection(8)])]
    with pytest.raises(ValueError, match=r"b.json\[0\] .*'image_id' is 8"):
        load_prediction_files(files, ann)


def test_files_of_which_no_two_name_the_same_picture_are_refused(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.json", [detection(3)]), write(tmp_path / "b.json", [detection(8)])]
    with pytest.raises(ValueError, match="no two files of predictions name the same picture"):
        load_prediction_files(files)
    nothing = write(tmp_path / "c.json", [])
    assert load_prediction_files([files[0], nothing]).image_ids == [3]
