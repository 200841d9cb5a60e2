"""Reading of pictures for their size and content."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitdet.checks.pictures import list_files, read_picture, read_pictures
from digitdet.datasets.images import is_picture


def _noise(height: int, width: int) -> Image.Image:
    pixels = np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_nothing_is_read_of_nothing(tmp_path: Path) -> None:
    assert list_files(tmp_path) == []
    assert list_files(tmp_path / "missing") == []
    assert read_pictures([], tmp_path) == []


def test_files_are_listed_with_subfolders_in_natural_order_without_hidden_ones(
    tmp_path: Path,
) -> None:
    for name in ("10.png", "2.png", "sub/1.png", ".hidden/1.png", ".DS_Store", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list_files(tmp_path) == ["2.png", "10.png", "notes.txt", "sub/1.png"]
    assert [name for name in list_files(tmp_path) if not is_picture(name)] == ["notes.txt"]


@pytest.mark.parametrize("name", ["b.png", "b.bmp", "b.webp"])
def test_the_same_pixels_in_another_file_have_the_same_digest(tmp_path: Path, name: str) -> None:
    _noise(20, 30).save(tmp_path / "a.png", compress_level=1)
    _noise(20, 30).save(tmp_path / name, **({"lossless": True} if name == "b.webp" else {}))
    one, other = read_pictures([(tmp_path, "a.png"), (tmp_path, name)], tmp_path)
    assert one == other
    assert one.size == (30, 20)


def test_the_same_bytes_in_another_shape_or_one_other_pixel_differ(tmp_path: Path) -> None:
    pixels = np.zeros((20, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    Image.fromarray(pixels.reshape(30, 20, 3)).save(tmp_path / "b.png")
    pixels[3, 4, 1] = 1
    Image.fromarray(pixels).save(tmp_path / "c.png")
    found = read_pictures([(tmp_path, f"{name}.png") for name in "abc"], tmp_path)
    assert len({picture.digest for picture in found}) == 3


def test_a_size_is_that_of_the_picture_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    _noise(20, 30).save(tmp_path / "a.jpg", exif=exif)
    assert read_picture(tmp_path / "a.jpg", [tmp_path]).size == (20, 30)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"<html>"])
def test_a_broken_picture_has_a_reason_and_no_digest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    picture = read_picture(tmp_path / "a.png", [tmp_path])
    assert "can't be decoded" in picture.error
    assert (picture.size, picture.digest) == (None, "")


def test_a_linked_folder_is_read_and_a_link_out_of_it_is_not(tmp_path: Path) -> None:
    root, disk = tmp_path / "data", tmp_path / "disk"
    root.mkdir()
    disk.mkdir()
    _noise(20, 30).save(disk / "a.png")
    _noise(20, 30).save(tmp_path / "elsewhere.png")
    (disk / "b.png").symlink_to(tmp_path / "elsewhere.png")
    (root / "train").symlink_to(disk)
    one, other = read_pictures([(root / "train", "a.png"), (root / "train", "b.png")], root)
    assert one.size == (30, 20)
    assert "leads by a link" in other.error
