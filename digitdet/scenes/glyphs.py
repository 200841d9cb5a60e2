"""Masks of single characters: of fonts, of seven-segment displays."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from digitdet.labels import DIGITS
from digitdet.scenes.fonts import load_font

HEIGHT = 96  # pixels from the highest top to the lowest bottom of a font's digits
STROKES = (0, 3, 5, 7)  # pixels of a glyph's mask by which strokes are thickened
SEVEN_SEGMENT = "seven-segment"
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZabcdefhknprt"  # not I, O, S, l: they could be taken for digits
_SEGMENTS = {  # which of the segments a to g are lit
    "0": "abcdef",
    "1": "bc",
    "2": "abged",
    "3": "abgcd",
    "4": "fgbc",
    "5": "afgcd",
    "6": "afgedc",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
}


@lru_cache(maxsize=512)
def _font_metrics(font_name: str) -> tuple[int, int]:
    """Return a font's size at which its digits are `HEIGHT` high, and their top there."""
    trial = load_font(font_name, 100)
    spans = [trial.getbbox(digit, anchor="ls") for digit in DIGITS]
    extent = max(span[3] for span in spans) - min(span[1] for span in spans)
    size = max(8, round(100 * HEIGHT / extent))
    font = load_font(font_name, size)
    return size, round(min(font.getbbox(digit, anchor="ls")[1] for digit in DIGITS))


@lru_cache(maxsize=8192)
def glyph(font_name: str, character: str, stroke: int = 0) -> Image.Image:
    """Draw a character.

    Args:
        font_name: One of `fonts.FONTS`, a font file, or `SEVEN_SEGMENT`, which has digits only.
        character: The character.
        stroke: Pixels by which the strokes are thickened, one of `STROKES`.

    Returns:
        A mask, mode "L", `HEIGHT` high from the top to the bottom of the font's digits and as wide
        as the character's ink. It is shared: not to be written to.
    """
    if font_name == SEVEN_SEGMENT:
        return _seven_segments(_SEGMENTS[character])
    size, top = _font_metrics(font_name)
    font = load_font(font_name, size)
    left, _, right, _ = font.getbbox(character, anchor="ls")
    margin = stroke // 2
    mask = Image.new("L", (max(1, round(right - left)) + 2 * margin, HEIGHT))
    place = (margin - left, -top)
    ImageDraw.Draw(mask).text(place, character, fill=255, font=font, anchor="ls")
    if stroke:
        mask = mask.filter(ImageFilter.MaxFilter(stroke))
    box = mask.getbbox() or (0, 0, 1, HEIGHT)
    return mask.crop((box[0], 0, box[2], HEIGHT))


@lru_cache(maxsize=16)
def _seven_segments(lit: str) -> Image.Image:
    width, thick, gap = 52, 13, 2
    middle = (HEIGHT - thick) // 2
    far_x, far_y = width - thick, HEIGHT - thick
    ends = {
        "a": (thick, 0, far_x, thick),
        "b": (far_x, thick, width, middle),
        "c": (far_x, middle + thick, width, far_y),
        "d": (thick, far_y, far_x, HEIGHT),
        "e": (0, middle + thick, thick, far_y),
        "f": (0, thick, thick, middle),
        "g": (thick, middle, far_x, middle + thick),
    }
    mask = Image.new("L", (width, HEIGHT))
    draw = ImageDraw.Draw(mask)
    for name in lit:
        left, top, right, bottom = ends[name]
        half = thick // 2
        if name in "adg":
            y = (top + bottom) // 2
            left, right = left - half + gap, right + half - gap
            points = [(left, y), (left + half, top), (right - half, top), (right, y)]
            points += [(right - half, bottom - 1), (left + half, bottom - 1)]
        else:
            x = (left + right) // 2
            top, bottom = top - half + gap, bottom + half - gap
            points = [(x, top), (right - 1, top + half), (right - 1, bottom - half), (x, bottom)]
            points += [(left, bottom - half), (left, top + half)]
        draw.polygon(points, fill=255)
    box = mask.getbbox() or (0, 0, width, HEIGHT)
    return mask.crop((box[0], 0, box[2], HEIGHT))


def resized_glyph(mask: Image.Image, width: int, height: int) -> NDArray[np.float32]:
    """Resize a mask to (height, width) float32, 0 to 1."""
    resized = mask.resize((max(1, width), max(1, height)), Image.Resampling.BOX)
    return np.asarray(resized, dtype=np.float32) / np.float32(255)
