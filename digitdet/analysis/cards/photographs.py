"""Photographs of reading cards, in a form that every browser shows alike."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from digitdet.datasets.images import FORMATS, read_image
from digitdet.datasets.paths import open_file
from digitdet.datasets.pillow_warnings import IGNORED_WARNINGS
from digitdet.datasets.sizes import read_size

MAX_SIDE = 640  # pixels: twice a card's width, for screens of two pixels a unit
MAX_COPIED_BYTES = 200_000
JPEG_QUALITY = 85
_COPIED = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_COPIED_MODES = ("RGB", "L", "P", "1")


@dataclass(frozen=True)
class Photograph:
    """A picture as it was written.

    Attributes:
        name: Of the file.
        size: Width and height in pixels of the picture before it was shrunk, upright.
    """

    name: str
    size: tuple[int, int]


def write_photograph(picture: Path, folder: Path, stem: str) -> Photograph:
    """Write a picture as it is where browsers show it as digitdet reads it, else decoded.

    Args:
        picture: A PNG, JPEG, WebP or BMP picture.
        folder: The folder to write to.
        stem: Name of the file without its suffix.

    Returns:
        What was written: as a copy, as a JPEG of at most `MAX_SIDE` pixels, or as a PNG.

    Raises:
        FileNotFoundError: If there is no such picture.
        ValueError: If it can't be decoded.
    """
    height, width = read_size(picture)
    if suffix := _copied_suffix(picture):
        shutil.copyfile(picture, folder / f"{stem}{suffix}")
        return Photograph(f"{stem}{suffix}", (width, height))
    pixels = read_image(picture).permute(1, 2, 0).numpy()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        image.save(folder / f"{stem}.jpg", quality=JPEG_QUALITY)
        return Photograph(f"{stem}.jpg", (width, height))
    image.save(folder / f"{stem}.png")
    return Photograph(f"{stem}.png", (width, height))


def _copied_suffix(picture: Path) -> str:
    """Return the suffix of a copy, "" where the picture can't be shown as it is."""
    with open_file(picture, "picture") as stream, IGNORED_WARNINGS:
        image = Image.open(stream, formats=FORMATS)
        is_plain = (
            image.format in _COPIED
            and image.mode in _COPIED_MODES
            and not image.has_transparency_data
            and not getattr(image, "is_animated", False)
            and max(image.size) <= MAX_SIDE
            and picture.stat().st_size <= MAX_COPIED_BYTES
            and _is_upright(image)
        )
        return _COPIED[str(image.format)] if is_plain else ""


def _is_upright(image: Image.Image) -> bool:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1) == 1
    except Exception:  # of damaged EXIF, or of a PNG that ends too early; decoding says which
        return False
