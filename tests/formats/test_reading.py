"""Pictures read with the annotation files that belong to them."""

from pathlib import Path

import pytest
from PIL import Image

from digitdet.formats.pictures import Box
from digitdet.formats.reading import count_left_out, read_collection, unlabelled_splits

BOX = Box("7", (1.0, 2.0, 3.0, 4.0))


def _read(root: Path, pictures: list[tuple[str, Path]], labels: dict[Path, Path]) -> list[object]:
    def read_boxes(file: Path, picture: Path, size: tuple[int, int]) -> tuple[tuple[Box, ...], int]:
        assert file.parent == picture.parent == root / "train"
        assert size == (5, 9)
        return (BOX, BOX), 1

    found = read_collection(
        root, pictures, labels, read_boxes, kind="XML", remark="boxes with a remark"
    )
    return [[(p.name, len(p.boxes), p.labelled) for p in found.pictures], found.notes]


def test_no_pictures_are_an_empty_collection(tmp_path: Path) -> None:
    assert _read(tmp_path, [], {}) == [[], []]
    assert unlabelled_splits([]) == set()
    assert not +count_left_out(0, 0)


def test_a_split_without_any_annotation_is_not_labelled() -> None:
    pairs = [("train", True), ("train", False), ("test", False)]
    assert unlabelled_splits(pairs) == {"test"}


def test_pictures_without_file_have_no_digits_and_are_counted(tmp_path: Path) -> None:
    pictures = []
    for name in ("train/1.png", "train/2.png", "test/3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (9, 5)).save(tmp_path / name)
        pictures.append((name.split("/")[0], Path(name)))
    found, notes = _read(tmp_path, pictures, {Path("train/1.png"): Path("train/1.xml")})
    assert found == [("1.png", 2, True), ("2.png", 0, True), ("3.png", 0, False)]
    expected = ["1 pictures without XML file taken as without digits", "1 boxes with a remark"]
    assert notes == expected


def test_a_picture_that_is_none_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"1\.png: can't be read as a picture"):
        _read(tmp_path, [("train", Path("1.png"))], {})
