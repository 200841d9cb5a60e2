"""Sizes of pictures, from their headers."""

from pathlib import Path
from typing import IO

from PIL import ExifTags, Image

from digitdet.datasets.images import FORMATS
from digitdet.datasets.paths import open_file
from digitdet.datasets.pillow_warnings import IGNORED_WARNINGS

_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap height and width
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_EXIF = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")  # ImageMagick hides EXIF in a text


def _may_have_exif(stream: IO[bytes]) -> bool:
    """Look for EXIF in a PNG's chunks: Pillow would decode the whole picture to find it."""
    found = stream.read(len(_PNG)) != _PNG
    while not found and len(head := stream.read(8)) == 8:
        found = head[4:] in _PNG_EXIF
        stream.seek(int.from_bytes(head[:4]) + 4, 1)
    stream.seek(0)
    return found


def read_size(file: Path) -> tuple[int, int]:
    """Read a picture's size without decoding it.

    Args:
        file: A PNG, JPEG, WebP or BMP picture.

    Returns:
        Height and width in pixels, upright as its EXIF orientation says.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such picture.
    """
    with open_file(file, "picture") as stream, IGNORED_WARNINGS:
        try:
            exif = _may_have_exif(stream)
            with Image.open(stream, formats=FORMATS) as image:
                width, height = image.size
                turned = exif and image.getexif().get(ExifTags.Base.Orientation) in _TURNED
        except Exception as error:  # Pillow's plugins raise anything on broken files
            reason = str(error) or type(error).__name__
            raise ValueError(f"{file}: can't be read as a picture ({reason})") from error
    return (width, height) if turned else (height, width)


def check_size(stated: tuple[int, int], size: tuple[int, int], file: Path, where: str) -> None:
    """Refuse a stated size that is not the picture's.

    Args:
        stated: Height and width by the annotation file, in pixels.
        size: Height and width of the picture, in pixels.
        file: The picture, for errors.
        where: The annotation file, for errors.

    Raises:
        ValueError: If they differ.
    """
    if stated != size:
        raise ValueError(
            f"{file}: is {size[0]} x {size[1]} pixels (height x width), but {where} states "
            f"{stated[0]} x {stated[1]}; boxes would be off"
        )
