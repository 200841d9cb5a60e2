"""Reading of picture files."""

import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fuzzing import judge
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


def test_a_damaged_orientation_counts_as_none_without_a_warning(tmp_path: Path) -> None:
    """The tag claims a hundred numbers behind the end of the data."""
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x112, 3, 100, 8) + b"\0" * 4
    Image.fromarray(PIXELS).save(tmp_path / "odd.png", exif=exif)
    image = judge(lambda: read_image(tmp_path / "odd.png"), tmp_path)
    np.testing.assert_array_equal(image.permute(1, 2, 0).numpy(), PIXELS)


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of 1 x 1 pixel with further chunks."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("kind", "head"),
    [(b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")],
)
def test_a_png_whose_text_unpacks_to_a_gigabyte_is_read_in_bounded_memory_or_refused(
    tmp_path: Path, kind: bytes, head: bytes
) -> None:
    packed = zlib.compress(bytes(2**24))
    (tmp_path / "1.png").write_bytes(_png(*[(kind, head + packed)] * 64))
    tracemalloc.start()
    result = judge(lambda: read_image(tmp_path / "1.png"), tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 2**23
    tracemalloc.stop()
    assert isinstance(result, ValueError) or result.shape == (3, 1, 1)


@pytest.mark.parametrize("side", [10_000, 65_535])
@pytest.mark.parametrize("kind", ["PNG", "BMP", "JPEG", "WEBP"])
def test_a_header_of_a_giant_picture_is_refused_without_a_warning(
    tmp_path: Path, kind: str, side: int
) -> None:
    file = tmp_path / "1.png"
    Image.new("L", (1, 1)).save(file, kind, **({"exif": b"Exif\0\0"} if kind == "WEBP" else {}))
    content = bytearray(file.read_bytes())
    if kind == "WEBP":
        side = min(side, 16_383)
        content[24:30] = (side - 1).to_bytes(3, "little") * 2
    elif kind == "JPEG":
        at = content.index(b"\xff\xc0") + 5
        content[at : at + 4] = side.to_bytes(2) * 2
    elif kind == "BMP":
        content[18:26] = side.to_bytes(4, "little") * 2
    else:
        content[16:24] = side.to_bytes(4) * 2
        content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    file.write_bytes(content)
    refusal = judge(lambda: read_image(file), tmp_path)
    assert isinstance(refusal, ValueError)
    assert kind == "WEBP" or "too large to be decoded safely" in str(refusal)
