"""Fonts that come with the dependencies."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitdet.datasets.fonts import FONTS, digit_extent, load_font


def _ink(font: str, size: int, text: str) -> NDArray[np.uint8]:
    """Draw text with its baseline at row 200."""
    image = Image.new("L", (400, 300))
    ImageDraw.Draw(image).text((50, 200), text, fill=255, font=load_font(font, size), anchor="ls")
    return np.asarray(image)


@pytest.mark.parametrize("font", FONTS)
def test_every_font_draws_ten_different_digits(font: str) -> None:
    drawn = [_ink(font, 40, digit) for digit in "0123456789"]
    assert all((image > 128).sum() > 40 for image in drawn)
    for number, image in enumerate(drawn):
        assert all(np.abs(image - other.astype(int)).max() > 128 for other in drawn[:number])


def test_the_fonts_differ_from_each_other() -> None:
    assert len({_ink(font, 60, "0123456789").tobytes() for font in FONTS}) == len(FONTS)


@pytest.mark.parametrize("size", [6, 25, 100])
@pytest.mark.parametrize("font", FONTS)
def test_the_extent_encloses_the_ink_of_all_digits_closely(font: str, size: int) -> None:
    rows = np.flatnonzero(np.any([_ink(font, size, d).any(axis=1) for d in "0123456789"], axis=0))
    top, bottom = digit_extent(font, size)
    assert top <= rows[0] - 200 <= top + 1
    assert bottom - 1 <= rows[-1] + 1 - 200 <= bottom


def test_a_font_that_is_not_there_is_refused_with_its_file() -> None:
    with pytest.raises(FileNotFoundError, match=r"Comic\.ttf: no such font; `pip install"):
        load_font("Comic", 10)
