"""Reads picture files as RGB."""

from pathlib import Path, PurePath
from typing import IO

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torchvision import tv_tensors

from digitdet.datasets.paths import open_file
from digitdet.datasets.pillow_warnings import IGNORED_WARNINGS

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})
# What these endings promise; by others, Pillow would start further programs and libraries.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
# Pillow warns above it, and refuses only twice as many: 256 MiB of RGB.
MAX_PIXELS = 89_478_485
# Of a progressive JPEG; encoders write about 10. Each costs a pass over the whole picture, in as
# little as 95 bytes.
MAX_SCANS = 100


def is_picture(file: str | PurePath) -> bool:
    """Say whether a file's name ends like that of a picture that is read."""
    return PurePath(file).suffix.lower() in IMAGE_SUFFIXES


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow holds a 16-bit grey picture as "I;16" or, from some files, as 32-bit "I".
        deep = np.asarray(image).clip(0, 65535).astype(np.uint32)
        image = Image.fromarray(((deep + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def _check_cost(image: Image.Image, stream: IO[bytes]) -> None:
    """Refuse a picture that takes far more memory or time than its file's size says."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Image.DecompressionBombError(f"{width} x {height} pixels, above {MAX_PIXELS}")
    if image.format in ("JPEG", "MPO"):
        position = stream.tell()
        stream.seek(0)
        scans = stream.read().count(b"\xff\xda")  # start of scan
        stream.seek(position)
        if scans > MAX_SCANS:
            raise Image.DecompressionBombError(f"{scans} scans, above {MAX_SCANS}")


def _decode(stream: IO[bytes]) -> Image.Image:
    with IGNORED_WARNINGS, Image.open(stream, formats=FORMATS) as image:
        _check_cost(image, stream)
        return _to_rgb(ImageOps.exif_transpose(image))


def read_image(file: Path) -> tv_tensors.Image:
    """Read a picture as RGB, turned upright as its EXIF orientation says.

    Grey, palette and 16-bit pictures become 8-bit RGB; transparent parts become white. Of an
    animation the first picture is read. EXIF data too damaged to hold an orientation count as none.

    Args:
        file: A PNG, JPEG, WebP or BMP picture, by its content, whatever its ending.

    Returns:
        (3, H, W) uint8.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a file, can't be decoded, or has more than `MAX_PIXELS`.
    """
    with open_file(file, "picture") as stream:
        try:
            return _to_tensor(_decode(stream))
        except Image.DecompressionBombError as error:
            raise ValueError(f"{file}: too large to be decoded safely ({error})") from error
        except UnidentifiedImageError as error:
            reason = f"neither {', '.join(FORMATS[:-1])} nor {FORMATS[-1]}, or its start is damaged"
            raise _undecodable(file, reason) from error
        except Exception as error:  # Pillow's plugins raise anything on broken files
            reason = str(error) or type(error).__name__
            raise _undecodable(file, reason) from error


def from_pillow(image: Image.Image) -> tv_tensors.Image:
    """Take a picture of Pillow's as `read_image` takes one of a file.

    Args:
        image: A picture of any mode but "F", whose numbers have no known range; those of "I" are
            taken as 16-bit ones, 0 to 65535, as Pillow has them from such files.

    Returns:
        (3, H, W) uint8, upright; a copy.

    Raises:
        ValueError: If it has no pixels, its file can't be decoded, or there is no way from its
            mode to RGB.
    """
    if not (image.width and image.height):
        raise ValueError(f"a picture of {image.width}x{image.height} pixels holds nothing")
    if image.mode == "F":
        raise ValueError(
            "a picture of mode F has numbers of no known range; convert it to 8 bits, such as "
            "values of 0 to 1 by Image.fromarray((255 * np.asarray(image)).round().astype('uint8'))"
        )
    try:
        with IGNORED_WARNINGS:
            return _to_tensor(_to_rgb(ImageOps.exif_transpose(image)))
    except Exception as error:  # Pillow decodes late, and its plugins raise anything
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"can't be decoded as a picture of mode {image.mode} ({reason})"
        ) from error


def _to_tensor(image: Image.Image) -> tv_tensors.Image:
    return tv_tensors.Image(torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous())


def _undecodable(file: Path, reason: str) -> ValueError:
    return ValueError(
        f"{file}: can't be decoded as a picture ({reason}); copy it again, or leave it out "
        "(tools/check_data.py finds all such pictures)"
    )
