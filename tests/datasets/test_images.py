"""Reading of picture files."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torchvision import tv_tensors

from digitdet.datasets.images import read_image

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def _read(file: Path) -> NDArray[np.uint8]:
    """Read a picture as (H, W, 3)."""
    return read_image(file).permute(1, 2, 0).numpy()


def test_a_picture_is_a_uint8_image_in_channels_height_width(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "1.png")
    image = read_image(tmp_path / "1.png")
    assert type(image) is tv_tensors.Image
    assert image.dtype == torch.uint8
    assert image.shape == (3, 5, 7)
    assert image.is_contiguous()
    assert image[:, 2, 6].tolist() == PIXELS[2, 6].tolist()


@pytest.mark.parametrize(
    ("name", "options"),
    [("1.png", {}), ("1.bmp", {}), ("1.webp", {"lossless": True}), ("x.JPG", {})],
)
def test_every_format_is_read(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    if name == "x.JPG":
        smooth = np.full((16, 24, 3), (40, 120, 200), dtype=np.uint8)
        Image.fromarray(smooth).save(tmp_path / name, quality=95)
        assert np.abs(_read(tmp_path / name).astype(int) - smooth).max() <= 3
    else:
        Image.fromarray(PIXELS).save(tmp_path / name, **options)
        np.testing.assert_array_equal(_read(tmp_path / name), PIXELS)


def test_grey_and_black_and_white_fill_three_channels(tmp_path: Path) -> None:
    grey = PIXELS[..., 0]
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(grey > 99).save(tmp_path / "bits.png")
    for channel in range(3):
        np.testing.assert_array_equal(_read(tmp_path / "grey.png")[..., channel], grey)
        bits = _read(tmp_path / "bits.png")[..., channel]
        np.testing.assert_array_equal(bits, np.where(grey > 99, 255, 0))


def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    deep = np.array([[0, 257, 128 * 257, 65535], [256, 300, 1000, 65278]], dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    expected = [[0, 1, 128, 255], [1, 1, 4, 254]]
    assert read_image(tmp_path / "deep.png").tolist() == [expected] * 3


def test_a_palette_gives_its_colours(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.putdata([1, 0])
    image.save(tmp_path / "palette.png")
    assert _read(tmp_path / "palette.png").tolist() == [[[200, 100, 0], [10, 20, 30]]]


def test_a_transparent_palette_entry_becomes_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.putdata([1, 0])
    image.save(tmp_path / "palette.png", transparency=0)
    assert _read(tmp_path / "palette.png").tolist() == [[[200, 100, 0], [255, 255, 255]]]


@pytest.mark.parametrize("name", ["1.png", "1.webp"])
def test_transparent_parts_become_white(tmp_path: Path, name: str) -> None:
    pixels = np.full((1, 3, 4), (100, 0, 200, 255), dtype=np.uint8)
    pixels[0, :, 3] = (255, 0, 51)  # opaque, transparent, a fifth
    Image.fromarray(pixels).save(tmp_path / name, **({"lossless": True} if "webp" in name else {}))
    opaque, transparent, fifth = _read(tmp_path / name)[0].tolist()
    assert opaque == [100, 0, 200]
    assert transparent == [255, 255, 255]
    np.testing.assert_allclose(fifth, [224, 204, 244], atol=1)  # 0.2 x colour + 0.8 x 255


def test_transparent_grey_becomes_white(tmp_path: Path) -> None:
    pixels = np.array([[[90, 255], [90, 0]]], dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "1.png")
    assert _read(tmp_path / "1.png").tolist() == [[[90] * 3, [255] * 3]]


# Exif 2.32, tag 0x0112: what undoes each orientation.
UPRIGHT: dict[int, Callable[[Any], Any]] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("name", ["1.png", "1.webp"])
def test_a_picture_is_turned_upright(tmp_path: Path, name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if "webp" in name else {}
    Image.fromarray(PIXELS).save(tmp_path / name, exif=exif, **options)
    np.testing.assert_array_equal(_read(tmp_path / name), UPRIGHT[orientation](PIXELS))


def test_a_jpeg_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    pixels = np.zeros((16, 32, 3), dtype=np.uint8)
    pixels[:, :16] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "1.jpg", exif=exif)
    upright = _read(tmp_path / "1.jpg")
    assert upright.shape == (32, 16, 3)
    assert upright[:12].min() > 240
    assert upright[20:].max() < 15


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.png: no such picture"):
        read_image(tmp_path / "none.png")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp"])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.9])
def test_a_truncated_file_is_refused_with_its_name(
    tmp_path: Path, suffix: str, share: float
) -> None:
    file = tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match=rf"cut\.{suffix}: can't be decoded as a picture"):
        read_image(file)


def test_a_text_file_named_as_a_picture_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(ValueError, match=r"1\.png: can't be decoded as a picture"):
        read_image(tmp_path / "1.png")


def test_a_picture_that_would_fill_the_memory_is_refused_with_its_name(tmp_path: Path) -> None:
    """A header of 60,000 x 60,000 pixels: 10.8 GB decoded."""
    Image.new("L", (1, 1)).save(tmp_path / "bomb.bmp")
    content = bytearray((tmp_path / "bomb.bmp").read_bytes())
    content[18:26] = (60_000).to_bytes(4, "little") * 2
    (tmp_path / "bomb.bmp").write_bytes(content)
    with pytest.raises(ValueError, match=r"bomb\.bmp: too large to be decoded safely"):
        read_image(tmp_path / "bomb.bmp")


def test_a_picture_with_odd_exif_tags_is_read_or_named(tmp_path: Path) -> None:
    """A width of text type beside a real orientation: Pillow fails when it rewrites the tags."""
    tags = struct.pack("<HHI4s", 0x100, 2, 4, b"ab\0\0") + struct.pack("<HHI4s", 0x112, 3, 1, b"\6")
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + tags + b"\0" * 4
    Image.new("RGB", (4, 4)).save(tmp_path / "odd.png", exif=exif)
    with pytest.raises(ValueError, match=r"odd\.png: can't be decoded"):
        read_image(tmp_path / "odd.png")
