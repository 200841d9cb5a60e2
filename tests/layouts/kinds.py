"""The kinds of layouts, each drawn for itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from layouts.faults import detect, noise
from layouts.places import (
    Placed,
    Style,
    draw_gap,
    draw_height,
    draw_text,
    extent,
    moved,
    place_number,
    rotated,
)
from layouts.rows import Row

Numbers = list[list[Placed]]


@dataclass(frozen=True)
class Layout:
    """What a detector says of a picture, and what is true.

    Attributes:
        kind: One of `KINDS`.
        rows: x1, y1, x2, y2, digit, score of each box, in random order.
        numbers: The picture's numbers; the first is the picture's own. May be empty.
    """

    kind: str
    rows: list[Row]
    numbers: list[str]


def _straight(rng: np.random.Generator) -> Numbers:
    """Draw one number, level but for a tilt of up to 6 degrees."""
    style = Style(draw_gap(rng))
    return [rotated(place_number(rng, draw_text(rng), draw_height(rng), style), rng.uniform(-6, 6))]


def _slanted(rng: np.random.Generator) -> Numbers:
    """Draw one number of 2 to 5 digits, tilted by 8 to 40 degrees."""
    degrees = rng.uniform(8, 40) * rng.choice([-1, 1])
    digits = place_number(rng, draw_text(rng, 2), draw_height(rng), Style(draw_gap(rng)))
    return [rotated(digits, degrees)]


def _stepped(rng: np.random.Generator) -> Numbers:
    """Draw digits that climb or fall by .2 to .9 heights each, as on stairs and fences."""
    step = rng.uniform(0.2, 0.9) * rng.choice([-1, 1])
    style = Style(draw_gap(rng), step=step)
    return [place_number(rng, draw_text(rng, 2), draw_height(rng), style)]


def _staggered(rng: np.random.Generator) -> Numbers:
    """Draw digits that stand .08 to .28 heights above and below the line by turns."""
    style = Style(max(draw_gap(rng), 0.0), zigzag=rng.uniform(0.08, 0.28))
    digits = place_number(rng, draw_text(rng, 3), draw_height(rng), style)
    return [rotated(digits, rng.uniform(-6, 6))]


def _vertical(rng: np.random.Generator) -> Numbers:
    """Draw digits below one another with gaps of -.05 to .45, tilted by up to 8 degrees."""
    style = Style(rng.uniform(-0.05, 0.45), down=True)
    digits = place_number(rng, draw_text(rng, 2), draw_height(rng), style)
    return [rotated(digits, rng.uniform(-8, 8))]


def _unequal(rng: np.random.Generator) -> Numbers:
    """Draw digits of unequal heights (standard deviation 14 %), tilted by up to 6 degrees."""
    style = Style(draw_gap(rng), unequal=0.14)
    digits = place_number(rng, draw_text(rng, 2), draw_height(rng), style)
    return [rotated(digits, rng.uniform(-6, 6))]


def _crowded(rng: np.random.Generator) -> Numbers:
    """Draw digits whose boxes overlap by .12 to .26 heights but less than half, as leaning ones."""
    style = Style(rng.uniform(-0.26, -0.12))
    digits = place_number(rng, draw_text(rng, 2).replace("1", "7"), draw_height(rng), style)
    return [rotated(digits, rng.uniform(-6, 6))]


def _spaced(rng: np.random.Generator) -> Numbers:
    """Draw digits that stand .4 to 1.3 heights apart."""
    style = Style(rng.uniform(0.4, 1.3))
    digits = place_number(rng, draw_text(rng, 2), draw_height(rng), style)
    return [rotated(digits, rng.uniform(-6, 6))]


def _side_by_side(rng: np.random.Generator) -> Numbers:
    """Draw two numbers of one size on one line, 2.1 to 5 heights apart; the left one is first."""
    height, gap = draw_height(rng), draw_gap(rng)
    first = place_number(rng, draw_text(rng), height, Style(gap))
    second = place_number(rng, draw_text(rng), height, Style(gap))
    second = moved(second, extent(first)[2] + rng.uniform(2.1, 5) * height, 0)
    degrees = rng.uniform(-10, 10)
    return [rotated(first, degrees), rotated(second, degrees)]


def _near(rng: np.random.Generator) -> Numbers:
    """Draw two numbers of one size on one line, 1 to 2.1 heights apart; the left one is first.

    Both have 2 digits or more, .1 heights apart at most, else nothing tells that they are two.
    """
    height, gap = draw_height(rng), min(draw_gap(rng), 0.1)
    first = place_number(rng, draw_text(rng, 2), height, Style(gap))
    second = place_number(rng, draw_text(rng, 2), height, Style(gap))
    second = moved(second, extent(first)[2] + rng.uniform(1, 2.1) * height, 0)
    degrees = rng.uniform(-6, 6)
    return [rotated(first, degrees), rotated(second, degrees)]


def _two_lines(rng: np.random.Generator) -> Numbers:
    """Draw one number above another of its size, 1.35 to 2.2 heights apart; the upper is first.

    One of them has 2 digits or more, else they would be one number downwards.
    """
    height, gap = draw_height(rng), draw_gap(rng)
    texts = [draw_text(rng, 2), draw_text(rng)]
    rng.shuffle(texts)
    first, second = (place_number(rng, text, height, Style(gap)) for text in texts)
    second = moved(second, rng.uniform(-1.2, 1.2) * height, rng.uniform(1.35, 2.2) * height)
    degrees = rng.uniform(-10, 10)
    return [rotated(first, degrees), rotated(second, degrees)]


def _two_sizes(rng: np.random.Generator) -> Numbers:
    """Draw a number and another .4 to .6 times as high beside, above or below; the large is first.

    The small one is .5 to 2.5 of the large one's heights away.
    """
    height, gap = draw_height(rng), draw_gap(rng)
    large = place_number(rng, draw_text(rng), height, Style(gap))
    small = place_number(rng, draw_text(rng, 2), height * rng.uniform(0.4, 0.6), Style(gap))
    left, top, right, bottom = extent(small)
    away, along = rng.uniform(0.5, 2.5) * height, rng.uniform(-0.3, 1.0) * height
    edges = extent(large)
    right_by, down_by = [
        (edges[2] - left + away, along),
        (edges[0] - right - away, along),
        (along, edges[3] - top + away),
        (along, edges[1] - bottom - away),
    ][rng.integers(4)]
    degrees = rng.uniform(-10, 10)
    return [rotated(large, degrees), rotated(moved(small, right_by, down_by), degrees)]


def _nothing(_: np.random.Generator) -> Numbers:
    """Draw no digit at all."""
    return []


_DRAWS: dict[str, Callable[[np.random.Generator], Numbers]] = {
    "straight": _straight,
    "slanted": _slanted,
    "stepped": _stepped,
    "staggered": _staggered,
    "vertical": _vertical,
    "unequal": _unequal,
    "crowded": _crowded,
    "spaced": _spaced,
    "side_by_side": _side_by_side,
    "near": _near,
    "two_lines": _two_lines,
    "two_sizes": _two_sizes,
    "faint": _straight,
    "nothing": _nothing,
}

KINDS = tuple(_DRAWS)


def draw_layout(kind: str, seed: int) -> Layout:
    """Draw a layout.

    Args:
        kind: One of `KINDS`. The digits of ``faint`` score .2 to .45, all others .35 to 1.
        seed: 0 or more; the same seed draws the same layout.

    Returns:
        The layout, its boxes moved by up to 50 px and in random order.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    numbers = _DRAWS[kind](rng)
    rows = detect(rng, numbers, faint=kind == "faint") if numbers else noise(rng)
    right, down = rng.uniform(-10, 50, 2)
    texts = ["".join(str(digit.digit) for digit in number) for number in numbers]
    return Layout(kind, [_moved(rows[n], right, down) for n in rng.permutation(len(rows))], texts)


def _moved(row: Row, right: float, down: float) -> Row:
    x1, y1, x2, y2, digit, score = row
    return (
        float(x1 + right),
        float(y1 + down),
        float(x2 + right),
        float(y2 + down),
        digit,
        float(score),
    )
