from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitdet.analysis.cards.photographs import MAX_SIDE, write_photograph
from digitdet.datasets.images import read_image


def pixels(size: tuple[int, int], seed: int = 0) -> np.ndarray:
    width, height = size
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_small_upright_picture_is_copied_byte_by_byte(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"any name.{suffix}"
    Image.fromarray(pixels((40, 30))).save(file)
    written = write_photograph(file, tmp_path, "0001")
    assert written.name == f"0001.{suffix}"
    assert written.size == (40, 30)
    assert (tmp_path / written.name).read_bytes() == file.read_bytes()


def test_a_picture_is_known_by_its_content_not_by_its_ending(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    Image.fromarray(pixels((40, 30))).save(file, format="PNG")
    assert write_photograph(file, tmp_path, "1").name == "1.png"


@pytest.mark.parametrize("mode", ["CMYK", "RGBA", "I;16"])
def test_a_picture_that_browsers_show_otherwise_is_written_as_digitdet_reads_it(
    tmp_path: Path, mode: str
) -> None:
    suffix = "jpg" if mode == "CMYK" else "png"
    file = tmp_path / f"source.{suffix}"
    if mode == "I;16":
        Image.fromarray(np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50).save(file)
    else:
        Image.fromarray(pixels((40, 30))).convert(mode).save(file)
    written = write_photograph(file, tmp_path, "1")
    assert written.name == "1.png"
    assert read_image(tmp_path / "1.png").equal(read_image(file))


def test_a_bmp_is_written_as_png(tmp_path: Path) -> None:
    file = tmp_path / "source.bmp"
    Image.fromarray(pixels((40, 30))).save(file)
    assert write_photograph(file, tmp_path, "1").name == "1.png"
    assert read_image(tmp_path / "1.png").equal(read_image(file))


def test_a_picture_that_lies_on_its_side_is_written_upright_with_the_size_of_its_boxes(
    tmp_path: Path,
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = tmp_path / "phone.png"
    Image.fromarray(pixels((40, 30))).save(file, exif=exif)
    written = write_photograph(file, tmp_path, "1")
    assert written.size == (30, 40)
    with Image.open(tmp_path / written.name) as image:
        assert image.size == (30, 40)
        assert image.getexif().get(0x0112, 1) == 1
    assert read_image(tmp_path / written.name).equal(read_image(file))


def test_a_large_picture_is_shrunk_and_keeps_the_size_that_its_boxes_are_in(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    Image.new("RGB", (3 * MAX_SIDE, MAX_SIDE)).save(file)
    written = write_photograph(file, tmp_path, "1")
    assert written.size == (3 * MAX_SIDE, MAX_SIDE)
    with Image.open(tmp_path / written.name) as image:
        assert image.format == "JPEG"
        assert image.size == (MAX_SIDE, round(MAX_SIDE / 3))


def test_of_an_animation_the_first_picture_is_written(tmp_path: Path) -> None:
    file = tmp_path / "moving.webp"
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(file, save_all=True, append_images=frames[1:], lossless=True)
    written = write_photograph(file, tmp_path, "1")
    with Image.open(tmp_path / written.name) as image:
        assert image.getpixel((0, 0)) == (255, 0, 0)
        assert getattr(image, "n_frames", 1) == 1


def test_a_picture_that_ends_too_early_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "half.png"
    Image.fromarray(pixels((40, 30))).save(file)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"half\.png: can't be decoded"):
        write_photograph(file, tmp_path, "1")


def test_a_missing_and_a_broken_picture_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.png: no such picture"):
        write_photograph(tmp_path / "none.png", tmp_path, "1")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"text\.png: can't be read as a picture"):
        write_photograph(tmp_path / "text.png", tmp_path, "1")
