"""Reading of SVHN's folders for a conversion."""

from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet.formats.pictures import Box
from digitdet.formats.svhn import read_svhn

Save = Callable[..., Path]
Write = Callable[..., Path]


def test_a_folder_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no digitStruct\.mat"):
        read_svhn(tmp_path)


def test_a_file_without_pictures_gives_none(write_digit_struct: Write, tmp_path: Path) -> None:
    write_digit_struct(tmp_path / "digitStruct.mat", [])
    assert read_svhn(tmp_path).pictures == []


def test_folders_are_splits_and_the_folder_is_not_written_to(
    save: Save, write_digit_struct: Write, tmp_path: Path
) -> None:
    for folder in ("train", "test", "extra"):
        pictures = [("1.png", [[1, 2, 3, 4, 10], [5, 6, 7, 8, 1]]), ("2.png", [])]
        write_digit_struct(tmp_path / folder / "digitStruct.mat", pictures)
        for name in ("1.png", "2.png", "see_bboxes.png"):
            save(tmp_path / folder / name)
    before = sorted(tmp_path.rglob("*"))
    found = read_svhn(tmp_path)
    kept = {(p.split, p.name): p.boxes for p in found.pictures}
    boxes = (Box("0", (1, 2, 4, 6)), Box("1", (5, 6, 12, 14)))
    for split in ("train", "test", "extra"):
        assert kept[split, "1.png"] == boxes
        assert kept[split, "2.png"] == ()
    assert found.left_out["pictures that the digitStruct.mat does not name"] == 3
    assert sorted(tmp_path.rglob("*")) == before


def test_one_folder_is_the_training_split_and_one_based_moves_its_boxes(
    save: Save, write_digit_struct: Write, tmp_path: Path
) -> None:
    write_digit_struct(tmp_path / "digitStruct.mat", [("1.png", [[1, 2, 3, 4, 5]])])
    save(tmp_path / "1.png")
    (picture,) = read_svhn(tmp_path, one_based=True).pictures
    assert picture.split == "train"
    assert picture.boxes == (Box("5", (0, 1, 3, 5)),)


def test_missing_pictures_are_refused(write_digit_struct: Write, tmp_path: Path) -> None:
    write_digit_struct(tmp_path / "digitStruct.mat", [("1.png", [[1, 2, 3, 4, 5]])])
    with pytest.raises(FileNotFoundError, match=r"1 of 1 pictures are not beside it.*'1\.png'"):
        read_svhn(tmp_path)
