"""What the tests of formats share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Save = Callable[..., Path]


def save_picture(file: Path, size: tuple[int, int] = (40, 60), color: str = "gray") -> Path:
    """Save a picture of one colour.

    Args:
        file: Where to.
        size: Height and width in pixels.
        color: Its colour; pictures of one size and colour are copies.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size[::-1], color).save(file)
    return file


@pytest.fixture(scope="session")
def save() -> Save:
    """Returns `save_picture`."""
    return save_picture


@pytest.fixture(scope="session")
def write() -> Callable[[Path, str], Path]:
    """Returns a function that writes a text file and its folders."""

    def write_text(file: Path, text: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write_text
