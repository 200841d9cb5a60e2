"""A number's digits on a flat plane, before it hangs on a wall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitdet.scenes.distributions import choose, draw, happens
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.glyphs import SEVEN_SEGMENT, STROKES, glyph, resized_glyph
from digitdet.scenes.typefaces import draw_typeface, write_digit

LEADING_COUNTS = (84, 9244, 6320, 4348, 3513, 2828, 2153, 1878, 1585, 1449)
"""How many of SVHN's 33,402 training numbers begin with 0, 1, ... 9."""

MAX_INK = 56  # pixels; digits are drawn at most so high, and enlarged after that
MIN_INK = 8  # pixels
PADDING = 0.75  # of the digits' height: free plane around the number, for a plate and a shadow


@dataclass(frozen=True)
class FlatNumber:
    """A number on its plane, in pixels of the plane.

    Attributes:
        digits: Its digits in reading order.
        mask: (h, w) float32, 0 to 1: the share that the digits cover.
        boxes: (N, 4) float64, xyxy of each digit's ink; all of one height.
        height: The digits' height.
        style: One of `factors.STYLES`.
        font_name: Its font; of a number in a drawn typeface, that of the letters beside it.
    """

    digits: str
    mask: NDArray[np.float32]
    boxes: NDArray[np.float64]
    height: int
    style: str
    font_name: str


def draw_digits(rng: np.random.Generator, factors: SceneFactors) -> str:
    """Draw a number's digits."""
    length = int(choose(rng, factors.num_digits))
    values = rng.integers(0, 10, length)
    if happens(rng, factors.house_numbers):
        counts = np.array(LEADING_COUNTS)
        values[0] = np.searchsorted(np.cumsum(counts), rng.integers(counts.sum()), side="right")
    return "".join(map(str, values))


def draw_number(
    rng: np.random.Generator, factors: SceneFactors, fonts: tuple[str, ...], height: float
) -> FlatNumber:
    """Draw a number and write it on a plane.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        fonts: Names of fonts, or font files.
        height: Height of the digits in pixels; it is kept within `MIN_INK` and `MAX_INK`.

    Returns:
        The number.
    """
    ink = round(min(max(height, MIN_INK), MAX_INK))
    digits = draw_digits(rng, factors)
    style = choose(rng, factors.style)
    font_name = SEVEN_SEGMENT if style == "seven_segment" else fonts[rng.integers(len(fonts))]
    stroke = STROKES[min(int(draw(rng, factors.weight) * len(STROKES)), len(STROKES) - 1)]
    if style == "drawn":
        typeface = draw_typeface(rng)
        masks = [write_digit(rng, typeface, digit) for digit in digits]
    else:
        masks = [glyph(font_name, digit, stroke) for digit in digits]
    is_sign = style in ("font", "drawn")  # not of a housing
    spacing = draw(rng, factors.spacing) + (0.0 if is_sign else 0.12)
    natural = float(np.mean([mask.width / mask.height for mask in masks]))
    stretch = min(max((draw(rng, factors.digit_aspect) - spacing) / natural, 0.45), 1.3)
    widths = [max(2, round(mask.width / mask.height * stretch * ink)) for mask in masks]
    waist = draw(rng, factors.waist) if is_sign else 0.0
    parts = [
        lowered(resized_glyph(mask, width, ink), waist)
        for mask, width in zip(masks, widths, strict=True)
    ]
    if style == "counter":
        cell = max(widths)
        parts = [_centred(part, cell) for part in parts]
        parts[-1] = _roll(rng, parts[-1], _next(font_name, digits[-1], stroke, cell, ink))
    down = is_sign and len(digits) > 1 and happens(rng, factors.vertical)
    lefts, tops = _places(rng, factors, [part.shape[1] for part in parts], ink, spacing, down)
    mask, boxes = _write(parts, lefts, tops, ink)
    return FlatNumber(digits, mask, boxes, ink, style, font_name)


def lowered(part: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Move a digit's middle down by a share of its height, -.25 to .25; its ends stay."""
    if not share:
        return part
    rows = np.linspace(0, 1, len(part), dtype=np.float32)
    source = (rows - np.float32(4 * share) * rows * (1 - rows)) * (len(part) - 1)
    above = np.minimum(source.astype(int), len(part) - 2)
    rest = (source - above)[:, None]
    return part[above] * (1 - rest) + part[above + 1] * rest


def _places(
    rng: np.random.Generator,
    factors: SceneFactors,
    widths: list[int],
    ink: int,
    spacing: float,
    down: bool,
) -> tuple[list[int], list[int]]:
    """Return the digits' left edges and tops."""
    count = len(widths)
    gaps = np.maximum(spacing + rng.normal(0, 0.02, count), 0.0) * ink
    step = draw(rng, factors.step) * ink
    pad = round(PADDING * ink)
    if down:
        tops = pad + np.arange(count) * (ink + np.maximum(gaps, 1)).mean()
        return [pad + (max(widths) - width) // 2 for width in widths], tops.astype(int).tolist()
    lefts = pad + np.concatenate([[0.0], np.cumsum(np.array(widths[:-1]) + gaps[1:])])
    tops = pad + step * np.arange(count) - min(0.0, step * (count - 1))
    return lefts.astype(int).tolist(), tops.astype(int).tolist()


def _write(
    parts: list[NDArray[np.float32]], lefts: list[int], tops: list[int], ink: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    pad = round(PADDING * ink)
    rights = [left + part.shape[1] for left, part in zip(lefts, parts, strict=True)]
    mask = np.zeros((max(tops) + ink + pad, max(rights) + pad), dtype=np.float32)
    boxes = np.empty((len(parts), 4))
    for number, (part, left, top) in enumerate(zip(parts, lefts, tops, strict=True)):
        view = mask[top : top + ink, left : left + part.shape[1]]
        np.maximum(view, part, out=view)
        covered = np.flatnonzero(part.max(axis=0) > 0.2)
        first, last = (covered[0], covered[-1] + 1) if len(covered) else (0, part.shape[1])
        boxes[number] = left + first, top, left + last, top + ink
    return mask, boxes


def _centred(part: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    free = width - part.shape[1]
    return np.pad(part, ((0, 0), (free // 2, free - free // 2)))


def _next(font_name: str, digit: str, stroke: int, width: int, ink: int) -> NDArray[np.float32]:
    """Draw the digit that follows on a counter's wheel."""
    mask = glyph(font_name, str((int(digit) + 1) % 10), stroke)
    narrow = min(width, max(2, round(mask.width / mask.height * ink)))
    return _centred(resized_glyph(mask, narrow, ink), width)


def _roll(
    rng: np.random.Generator, part: NDArray[np.float32], following: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Turn a counter's last wheel by less than a quarter of a digit."""
    shift = round(float(rng.uniform(0, 0.22)) * len(part))
    if not shift:
        return part
    gap = max(1, len(part) // 8)
    wheel = np.concatenate([part, np.zeros((gap, part.shape[1]), np.float32), following])
    return wheel[shift : shift + len(part)]
