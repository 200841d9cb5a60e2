"""What a detector makes of digits: scores, jitter, second boxes, parts, and false boxes."""

import math
from itertools import pairwise

import numpy as np

from layouts.places import Placed, extent
from layouts.rows import Row

Box = tuple[float, float, float, float]

JITTER = 0.04  # of the height: standard deviation of each edge
UNSURE = 0.1  # of the digits: score .35 to .7
SECOND = 0.35  # of the digits: have a second box
PARTIAL = 0.08  # of the digits: have a box over a part of them
WIDE = 0.1  # of the pairs: have a box over both
AROUND = 0.08  # of the numbers: have a box around them


def detect(rng: np.random.Generator, numbers: list[list[Placed]], faint: bool) -> list[Row]:
    """Draw what a detector finds where numbers are.

    Args:
        rng: Source of the draws.
        numbers: Their digits in reading order, at least one.
        faint: Whether all digits score .2 to .45 rather than .7 to 1 (.35 to 1 where unsure).

    Returns:
        A box for each digit, and the faults.
    """
    rows: list[Row] = []
    everything = [digit for number in numbers for digit in number]
    weakest = 1.0
    for number in numbers:
        found = [_digit(rng, digit, faint) for digit in number]
        weakest = min(weakest, *(row[5] for row in found))
        rows += found
        for digit, row in zip(number, found, strict=True):
            rows += _seconds(rng, digit, row) + _partials(rng, digit, row)
        for one, other, low in zip(number, number[1:], _lower(found), strict=False):
            rows += _wides(rng, one, other, low)
        if len(number) > 1 and rng.random() < AROUND:
            box = _grown(extent(number), rng.uniform(0.02, 0.3) * number[0].height)
            rows.append((*box, _any_digit(rng), weakest * rng.uniform(0.2, 0.95)))
    return rows + _elsewhere(rng, everything, numbers[0][0].height, weakest)


def noise(rng: np.random.Generator) -> list[Row]:
    """Draw 0 to 4 boxes that score less than .09 each, as where no digit is."""
    rows: list[Row] = []
    for _ in range(rng.integers(0, 5)):
        height, (x, y) = rng.uniform(10, 60), rng.uniform(0, 200, 2)
        box = (x, y, x + height * rng.uniform(0.3, 0.8), y + height)
        rows.append((*box, _any_digit(rng), rng.uniform(0.0, 0.09)))
    return rows


def _digit(rng: np.random.Generator, digit: Placed, faint: bool) -> Row:
    low, high = (0.35, 0.7) if rng.random() < UNSURE else (0.7, 1.0)
    score = rng.uniform(0.2, 0.45) if faint else rng.uniform(low, high)
    return (*_jittered(rng, digit, JITTER), digit.digit, float(score))


def _seconds(rng: np.random.Generator, digit: Placed, row: Row) -> list[Row]:
    """Draw up to two more boxes of a digit, 3 in 4 of another class, at 20 to 99 % of its score."""
    seconds: list[Row] = []
    while len(seconds) < 2 and rng.random() < SECOND:
        label = _any_digit(rng, but=digit.digit) if rng.random() < 0.75 else digit.digit
        box = _jittered(rng, digit, 1.5 * JITTER)
        seconds.append((*box, label, row[5] * rng.uniform(0.2, 0.99)))
    return seconds


def _partials(rng: np.random.Generator, digit: Placed, row: Row) -> list[Row]:
    """Draw a box over 50 to 75 % of a digit's height or width, at 20 to 90 % of its score."""
    if rng.random() >= PARTIAL:
        return []
    left, top, right, bottom = row[:4]
    share = rng.uniform(0.5, 0.75)
    upright = rng.random() < 0.7
    across, down = (1.0, share) if upright else (share, 1.0)
    x = left + (right - left) * (1 - across) * rng.integers(2)
    y = top + (bottom - top) * (1 - down) * rng.integers(2)
    box = (x, y, x + (right - left) * across, y + (bottom - top) * down)
    return [(*box, _any_digit(rng, but=digit.digit), row[5] * rng.uniform(0.2, 0.9))]


def _wides(rng: np.random.Generator, one: Placed, other: Placed, lower: float) -> list[Row]:
    """Draw a box over two neighbours that touch, at 20 to 95 % of the lower score."""
    apart = math.hypot(one.x - other.x, one.y - other.y)
    if apart > one.height or rng.random() >= WIDE:
        return []
    box = _grown(extent([one, other]), 0.02 * one.height)
    return [(*box, _any_digit(rng), lower * rng.uniform(0.2, 0.95))]


def _elsewhere(
    rng: np.random.Generator, digits: list[Placed], height: float, weakest: float
) -> list[Row]:
    """Draw 0 to 3 false boxes that touch no digit.

    Most look like digits (.6 to 1.6 heights) and score up to half as much as the weakest digit, at
    most .3; a third are tiny (.15 to .3) or huge (2.5 to 4) and score up to 70 % as much.
    """
    left, top, right, bottom = _grown(extent(digits), 3 * height)
    rows: list[Row] = []
    for _ in range(rng.integers(0, 4)):
        odd = rng.random() < 1 / 3
        sizes = [(0.15, 0.3), (2.5, 4.0)][rng.integers(2)] if odd else (0.6, 1.6)
        score = rng.uniform(0.02, 0.7 * weakest if odd else min(0.5 * weakest, 0.3))
        tall = height * rng.uniform(*sizes)
        wide = tall * rng.uniform(0.3, 0.8)
        x, y = rng.uniform(left, right - wide), rng.uniform(top, bottom - tall)
        box = (x, y, x + wide, y + tall)
        if not any(_touch(box, digit) for digit in digits):
            rows.append((*box, _any_digit(rng), float(score)))
    return rows


def _lower(rows: list[Row]) -> list[float]:
    return [min(one[5], other[5]) for one, other in pairwise(rows)]


def _any_digit(rng: np.random.Generator, but: int | None = None) -> int:
    return int(rng.choice([digit for digit in range(10) if digit != but]))


def _jittered(rng: np.random.Generator, digit: Placed, share: float) -> Box:
    half_width, half_height = digit.width / 2, digit.height / 2
    off = np.clip(rng.normal(0, share, 4), -0.15, 0.15) * digit.height
    off[[0, 2]] *= 0.6  # digits are narrow: their sides are found the better
    return (
        float(digit.x - half_width + off[0]),
        float(digit.y - half_height + off[1]),
        float(digit.x + half_width + off[2]),
        float(digit.y + half_height + off[3]),
    )


def _grown(box: Box, margin: float) -> Box:
    return (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)


def _touch(box: Box, digit: Placed) -> bool:
    return (
        abs(box[0] + box[2] - 2 * digit.x) < box[2] - box[0] + digit.width
        and abs(box[1] + box[3] - 2 * digit.y) < box[3] - box[1] + digit.height
    )
