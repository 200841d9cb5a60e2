"""Where the digits of a number stand, without any fault."""

import math
from dataclasses import dataclass, replace

import numpy as np

SVHN_COUNTS = (5137, 18130, 8691, 1434, 40)
"""Pictures with 1, 2, 3, 4 digits; those with 5 or more are 10, drawn somewhat more often."""
MOST_OVERLAP = 0.5  # of the narrower digit; 99.7 % of SVHN's neighbours share less
STEEPEST = 1.9  # down or up, over to the right; 99.7 % of SVHN's neighbours climb or fall less


@dataclass(frozen=True)
class Placed:
    """A digit and its box, by its centre and size in pixels."""

    digit: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Style:
    """How a number's digits follow one another, in heights of a digit.

    Attributes:
        gap: Between two digits.
        step: How far each digit stands below the one before; above, if negative.
        zigzag: How far digits stand below and above the line, by turns.
        unequal: Standard deviation of the logarithm of the digits' heights,
            which are at most 22 % off.
        down: Whether the digits stand below one another.
    """

    gap: float
    step: float = 0.0
    zigzag: float = 0.0
    unequal: float = 0.0
    down: bool = False


def clipped_normal(
    rng: np.random.Generator, mean: float, std: float, low: float, high: float
) -> float:
    return min(max(float(rng.normal(mean, std)), low), high)


def draw_height(rng: np.random.Generator) -> float:
    """Draw a digit height in pixels, 14 to 68, half of them below 29."""
    return min(max(29 * math.exp(float(rng.normal(0, 0.48))), 14.0), 68.0)


def draw_gap(rng: np.random.Generator) -> float:
    return clipped_normal(rng, 0.0, 0.09, -0.15, 0.45)


def draw_text(rng: np.random.Generator, shortest: int = 1, longest: int = 5) -> str:
    """Draw the digits of a number of ``shortest`` to ``longest``; 1 is twice as frequent."""
    counts = np.array(SVHN_COUNTS[shortest - 1 : longest], dtype=float)
    length = shortest + int(rng.choice(len(counts), p=counts / counts.sum()))
    shares = np.array([1, 2, 1, 1, 1, 1, 1, 1, 1, 1]) / 11
    return "".join(str(digit) for digit in rng.choice(10, size=length, p=shares))


def place_number(rng: np.random.Generator, text: str, height: float, style: Style) -> list[Placed]:
    """Place a number's digits in reading order; its first digit's left top corner is at 0, 0.

    Args:
        rng: Source of the draws.
        text: Its digits.
        height: Their height in pixels.
        style: How they follow one another.

    Returns:
        The digits. A 1 is two thirds as wide as the others would be.
    """
    aspect = clipped_normal(rng, 0.5, 0.09, 0.3, 0.8)
    placed: list[Placed] = []
    edge, y = 0.0, height / 2
    for position, character in enumerate(text):
        grown = height * math.exp(clipped_normal(rng, 0, style.unequal, -0.2, 0.2))
        narrow = 0.66 if character == "1" else 1.0
        width = grown * min(max(aspect * narrow * math.exp(rng.normal(0, 0.1)), 0.2), 0.9)
        gap = (style.gap + float(rng.normal(0, 0.03))) * height if placed else 0.0
        if style.down:
            x, y = float(rng.normal(0, 0.06)) * height, edge + gap + grown / 2
            edge = y + grown / 2
        else:
            if placed:
                gap = max(gap, -MOST_OVERLAP * min(width, placed[-1].width))
            x = edge + gap + width / 2
            edge = x + width / 2
            if placed:
                steepest = STEEPEST * (x - placed[-1].x)
                y += min(max(style.step * height, -steepest), steepest)
        turn = style.zigzag if position % 2 else -style.zigzag
        placed.append(Placed(int(character), x, y + turn * height, width, grown))
    return placed


def rotated(digits: list[Placed], degrees: float) -> list[Placed]:
    """Turn digits about 0, 0, clockwise as seen; a box holds the ellipse that filled it."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        Placed(
            d.digit,
            d.x * cos - d.y * sin,
            d.x * sin + d.y * cos,
            math.hypot(d.width * cos, d.height * sin),
            math.hypot(d.width * sin, d.height * cos),
        )
        for d in digits
    ]


def moved(digits: list[Placed], right: float, down: float) -> list[Placed]:
    return [replace(d, x=d.x + right, y=d.y + down) for d in digits]


def extent(digits: list[Placed]) -> tuple[float, float, float, float]:
    """Return the left, top, right and bottom edge of what holds all digits."""
    return (
        min(d.x - d.width / 2 for d in digits),
        min(d.y - d.height / 2 for d in digits),
        max(d.x + d.width / 2 for d in digits),
        max(d.y + d.height / 2 for d in digits),
    )
