"""Damaged pictures are read or refused by name."""

import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fuzzing import damage, damages, judge
from hypothesis import event, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from digitdet.datasets import CocoDigits, ImageFolder

HEIGHT, WIDTH = 9, 13
PNG = b"\x89PNG\r\n\x1a\n"


def _encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _pictures() -> Iterator[bytes]:
    """Yield small pictures of each format and mode that is read."""
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
    colour, alpha = Image.fromarray(pixels[..., :3]), Image.fromarray(pixels)
    grey = colour.convert("L")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x9286] = 3, "a house", "nice"
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "a house", zip=True)
    text.add_itxt("XML:com.adobe.xmp", '<tiff tiff:Orientation="6"/>', zip=True)
    yield from (_encode(image, "PNG") for image in (colour, alpha, grey, grey.convert("1")))
    yield _encode(colour, "PNG", exif=exif, pnginfo=text, icc_profile=b"\0" * 128)
    yield _encode(colour.quantize(9), "PNG", transparency=b"\0\x80\xff")
    yield _encode(Image.fromarray(pixels[..., 0].astype(np.uint16) * 257), "PNG")
    yield _encode(colour, "PNG", save_all=True, append_images=[alpha.convert("RGB")])
    for options in ({}, {"progressive": True}, {"exif": exif, "comment": b"x"}):
        yield _encode(colour, "JPEG", **options)
    yield _encode(colour.convert("CMYK"), "JPEG")
    yield _encode(grey, "JPEG")
    for options in (
        {},
        {"lossless": True},
        {"exif": exif},
        {"save_all": True, "append_images": [grey]},
    ):
        yield _encode(alpha, "WEBP", **options)
    for mode in ("RGB", "RGBA", "P", "L", "1"):
        yield _encode(alpha.convert(mode), "BMP")


PICTURES = list(_pictures())
TOKENS = [
    *(
        b"IHDR",
        b"IDAT",
        b"IEND",
        b"PLTE",
        b"tRNS",
        b"eXIf",
        b"zTXt",
        b"iTXt",
        b"iCCP",
        b"acTL",
        b"fdAT",
    ),
    *(
        b"\xff\xd8",
        b"\xff\xd9",
        b"\xff\xda",
        b"\xff\xc4",
        b"\xff\xe1",
        b"\xff\xdd",
        b"Exif\0\0II*\0",
    ),
    *(b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"EXIF", b"RIFF", b"WEBP"),
    *(
        b"BM",
        b"\x28\0\0\0",
        b"\x7c\0\0\0",
        b"\x01\0\0\0",
        b"\x20\0",
        b"%!PS",
        b"GIF89a",
        b"\0" * 64,
    ),
]


def _mend_checksums(content: bytes) -> bytes:
    """Make a PNG's checksums right, so that what is damaged is decoded all the same."""
    mended, position = content[:8], 8
    while len(content) >= position + 8:
        (length,) = struct.unpack_from(">I", content, position)
        end = position + 8 + length
        chunk = content[position + 4 : end]
        mended += content[position : position + 4] + chunk + struct.pack(">I", zlib.crc32(chunk))
        position = end + 4
    return mended


@st.composite
def damaged_pictures(draw: st.DrawFn) -> bytes:
    """One of the pictures with one to four damages, and sometimes the head of another."""
    content = draw(st.sampled_from(PICTURES))
    for change in draw(st.lists(damages(TOKENS), min_size=1, max_size=4)):
        content = damage(content, *change)
    if draw(st.integers(0, 9)) == 0:
        other = draw(st.sampled_from(PICTURES))
        at = draw(st.integers(0, len(other)))
        content = other[:at] + content[at:]
    mend = content.startswith(PNG) and draw(st.booleans())
    return _mend_checksums(content) if mend else content


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with an annotation file of one picture, still to be written."""
    root = tmp_path_factory.mktemp("fuzz")
    (root / "pictures").mkdir()
    content = {
        "images": [{"id": 1, "file_name": "1.png", "height": HEIGHT, "width": WIDTH}],
        "annotations": [{"id": 1, "image_id": 1, "bbox": [1, 2, 3, 4], "category_id": 1}],
        "categories": [{"id": 1, "name": "0"}],
    }
    (root / "digits.json").write_text(json.dumps(content), encoding="utf-8")
    return root


def _is_read(root: Path, content: bytes) -> bool:
    """Whether a picture is taken, and then read right."""
    (root / "pictures" / "1.png").write_bytes(content)
    labelled = judge(lambda: CocoDigits("pictures", "digits.json", str(root)), root)
    unlabelled = judge(lambda: ImageFolder("pictures", str(root)), root)
    sample = judge(lambda: unlabelled[0], root)
    twin = judge(lambda: labelled[0], root)
    if isinstance(sample, Exception):
        assert isinstance(twin, Exception)
        return False
    image, target = sample
    assert image.dtype == torch.uint8
    assert image.shape == (3, *target["boxes"].canvas_size)
    if image.shape == (3, HEIGHT, WIDTH):
        assert torch.equal(twin[0], image)
    else:
        assert "boxes would be off" in str(twin)
    return True


def test_whole_pictures_are_read(root: Path) -> None:
    assert all(_is_read(root, picture) for picture in PICTURES)


@settings(max_examples=150, deadline=None)
@given(damaged_pictures())
def test_a_damaged_picture_is_read_or_refused_by_name(root: Path, content: bytes) -> None:
    event("read" if _is_read(root, content) else "refused")


@pytest.mark.campaign
@settings(max_examples=4000, deadline=None)
@given(damaged_pictures())
def test_campaign_of_4000_damaged_pictures(root: Path, content: bytes) -> None:
    event("read" if _is_read(root, content) else "refused")
