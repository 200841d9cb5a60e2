"""Which files and folders are read as splits."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from digitdet.checks.splits import read_splits

COCO: dict[str, list[Any]] = {"images": [], "annotations": [], "categories": []}


def _write(file: Path, content: Any) -> None:
    text = json.dumps(content)
    data = gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode()
    file.write_bytes(data)


def _read(root: Path, **kwargs: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    splits, problems = read_splits(root, **kwargs)
    return [(s.name, s.source) for s in splits], [(p.code, p.file) for p in problems]


def test_an_empty_folder_holds_no_data(tmp_path: Path) -> None:
    assert _read(tmp_path) == ([], [("no_data", ".")])


def test_any_number_of_splits_is_read_packed_or_not(tmp_path: Path) -> None:
    for name in ("train.json", "valid.json.gz", "fold10.json", "fold2.json"):
        _write(tmp_path / name, COCO)
        (tmp_path / name.split(".")[0]).mkdir()
    splits, problems = _read(tmp_path)
    assert splits == [
        ("fold2", "fold2.json"),
        ("fold10", "fold10.json"),
        ("train", "train.json"),
        ("valid", "valid.json.gz"),
    ]
    assert problems == []


@pytest.mark.parametrize("name", ["a\nb.json", "a\x1bb"])
def test_a_name_that_would_garble_the_report_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ValueError, match="rename it"):
        read_splits(tmp_path)


def test_a_broken_file_does_not_keep_others_from_being_read(tmp_path: Path) -> None:
    _write(tmp_path / "train.json", COCO)
    (tmp_path / "valid.json").write_text('{"images": [', encoding="utf-8")
    (tmp_path / "other.json.gz").write_bytes(b"not packed")
    (tmp_path / "valid").mkdir()
    Image.new("RGB", (3, 3)).save(tmp_path / "valid" / "1.png")
    (tmp_path / "train").mkdir()
    splits, problems = _read(tmp_path)
    assert splits == [("train", "train.json")]
    assert problems == [("file_unreadable", "other.json.gz"), ("file_unreadable", "valid.json")]


def test_the_reason_is_told(tmp_path: Path) -> None:
    _write(tmp_path / "train.json", {"images": {}, "annotations": []})
    _write(tmp_path / "valid.json", [])
    (tmp_path / "valid").mkdir()
    details = [problem.detail for problem in read_splits(tmp_path)[1]]
    assert details == [
        "lacks the list 'images' and 'categories' of the COCO format",
        "lacks the list 'images' and 'annotations' and 'categories' of the COCO format",
    ]


def test_pictures_without_a_file_are_a_split_and_other_folders_are_not(tmp_path: Path) -> None:
    for folder in ("test", ".cache", "labels", "empty"):
        (tmp_path / folder).mkdir()
    Image.new("RGB", (3, 3)).save(tmp_path / "test" / "1.png")
    Image.new("RGB", (3, 3)).save(tmp_path / ".cache" / "1.png")
    (tmp_path / "labels" / "1.txt").touch()
    assert _read(tmp_path) == ([("test", "test")], [("no_annotations", ".")])
    assert _read(tmp_path, with_pictures=False) == ([], [("no_data", ".")])


def test_other_json_is_passed_over(tmp_path: Path) -> None:
    _write(tmp_path / "pred.json", [])
    _write(tmp_path / "changes.json", {"changes": []})
    _write(tmp_path / ".train.json", COCO)
    assert _read(tmp_path) == ([], [("no_data", ".")])


def test_annotations_without_folder_are_an_error_only_if_pictures_are_wanted(
    tmp_path: Path,
) -> None:
    _write(tmp_path / "train.json.gz", COCO)
    found = [("train", "train.json.gz")]
    assert _read(tmp_path) == (found, [("folder_missing", "train.json.gz")])
    assert _read(tmp_path, with_pictures=False) == (found, [])
    (split,), _ = read_splits(tmp_path)
    assert split.pictures is None


def test_a_listed_file_is_read_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    Image.new("RGB", (5, 3)).save(tmp_path / "train" / "1.dat", format="PNG")
    (tmp_path / "train" / "2.dat").touch()
    image = {"id": 1, "file_name": "1.dat", "height": 3, "width": 5}
    _write(tmp_path / "train.json", {**COCO, "images": [image]})
    (split,), _ = read_splits(tmp_path)
    assert split.pictures is not None
    assert {name: picture.size for name, picture in split.pictures.items()} == {"1.dat": (5, 3)}


def test_a_listed_picture_that_is_hidden_or_in_a_linked_folder_is_read(tmp_path: Path) -> None:
    for folder in ("train", "pool"):
        (tmp_path / folder).mkdir()
    names = (".hidden.png", "linked/1.png")
    Image.new("RGB", (5, 3)).save(tmp_path / "train" / names[0])
    Image.new("RGB", (5, 3)).save(tmp_path / "pool" / "1.png")
    (tmp_path / "train" / "linked").symlink_to(tmp_path / "pool")
    images = [
        {"id": number, "file_name": name, "height": 3, "width": 5}
        for number, name in enumerate((*names, "missing.png"))
    ]
    _write(tmp_path / "train.json", {**COCO, "images": images})
    split = read_splits(tmp_path)[0][0]
    sizes = {name: picture.size for name, picture in (split.pictures or {}).items()}
    assert sizes == dict.fromkeys(names, (5, 3))


def test_annotation_files_in_other_places_are_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    Image.new("RGB", (5, 3)).save(tmp_path / "train" / "1.png")
    _write(tmp_path / "train" / "_annotations.coco.json", COCO)
    assert _read(tmp_path) == ([("train", "train")], [("no_annotations", ".")])
