"""Which files a folder holds, and their splits."""

from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from digitdet.formats.layout import (
    assign_splits,
    check_inside,
    list_files,
    name_of,
    pair,
    split_of,
)

Save = Callable[..., Path]


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert list_files(tmp_path) == []
    assert assign_splits([]) == ([], 0)
    assert pair([], []) == ({}, [])


def test_files_come_in_natural_order_without_hidden_ones(tmp_path: Path, save: Save) -> None:
    for name in ("10.png", "9.png", ".hidden.png", ".cache/1.png", "sub/1.png"):
        save(tmp_path / name)
    (tmp_path / "nothing.png").symlink_to(tmp_path / "missing.png")
    (tmp_path / "same.png").symlink_to(tmp_path / "9.png")
    names = [file.as_posix() for file in list_files(tmp_path)]
    assert names == ["9.png", "10.png", "same.png", "sub/1.png"]


def test_links_out_of_the_folder_and_unprintable_names_are_refused(
    tmp_path: Path, save: Save
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.png").symlink_to(save(tmp_path / "a.png"))
    with pytest.raises(ValueError, match="leads by a link to"):
        list_files(tmp_path / "data")
    (tmp_path / "data" / "a.png").unlink()
    save(tmp_path / "data" / "a\nb.png")
    with pytest.raises(ValueError, match=r"holds 'a\\nb.png'; rename it"):
        list_files(tmp_path / "data")


@pytest.mark.parametrize(
    ("file", "split", "name"),
    [
        ("1.png", None, "1.png"),
        ("train/1.png", "train", "1.png"),
        ("images/Val/sub/1.png", "valid", "sub/1.png"),
        ("valid/images/1.png", "valid", "1.png"),
        ("test/JPEGImages/train/1.png", "test", "train/1.png"),
        ("street/train.png", None, "street/train.png"),
    ],
)
def test_folders_name_the_split_and_the_rest_is_the_name(
    file: str, split: str | None, name: str
) -> None:
    assert split_of(PurePath(file)) == split
    assert name_of(PurePath(file)) == PurePath(name)


def test_pictures_beside_the_splits_are_counted_and_lists_count_without_folders() -> None:
    files = [Path("train/1.png"), Path("2.png"), Path("valid/1.txt")]
    assert assign_splits(files) == ([("train", Path("train/1.png"))], 1)
    files = [Path("1.png"), Path("2.png")]
    assert assign_splits(files) == ([("train", Path("1.png")), ("train", Path("2.png"))], 0)
    assert assign_splits(files, {"2": "valid"}) == ([("valid", Path("2.png"))], 1)


def test_pictures_are_paired_within_their_split() -> None:
    pictures = [("train", Path("train/images/1.png")), ("valid", Path("valid/images/1.png"))]
    label, orphan = Path("valid/labels/1.xml"), Path("train/labels/9.xml")
    assert pair(pictures, [label, orphan]) == ({pictures[1][1]: label}, [orphan])


def test_an_annotation_file_of_two_pictures_is_refused() -> None:
    pictures = [("train", Path("images/1.jpg")), ("train", Path("images/1.png"))]
    with pytest.raises(ValueError, match=r"1\.xml: is of images/1\.jpg and of images/1\.png"):
        pair(pictures, [Path("Annotations/1.xml")])


def test_paths_of_files_stay_inside() -> None:
    assert check_inside(r"images\1.png", "a.txt") == "images/1.png"
    for name in ("../1.png", "/1.png", "C:/1.png", "a\n.png", ""):
        with pytest.raises(ValueError, match=r"a\.txt: has to be a path inside the data's folder"):
            check_inside(name, "a.txt")
