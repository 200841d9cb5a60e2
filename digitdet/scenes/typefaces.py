"""Typefaces that are drawn by a pen: digits of no font, each scene's number in its own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from digitdet.scenes.glyphs import HEIGHT
from digitdet.scenes.skeletons import SKELETONS, Form, Stroke

HEAVIEST = 0.38  # thickness of upright strokes over a digit's width: more would fill its bowls
SCALE = 2  # digits are drawn so many times as large, for soft edges


@dataclass(frozen=True)
class Typeface:
    """How a number is written.

    Lengths are in units of the digits' height.

    Attributes:
        form: Shapes of the digits.
        across: Thickness of upright strokes.
        down: Thickness of level strokes.
        round_ends: Whether strokes end round; else they are cut off.
        serif: Length of the bars at the feet of stems; 0 for none.
        ball: Diameter of the balls at the ends of curves; 0 for none.
        width: Width of the digits.
        unsteadiness: By how much a hand strays from the form.
    """

    form: Form
    across: float
    down: float
    round_ends: bool
    serif: float
    ball: float
    width: float
    unsteadiness: float


def draw_typeface(rng: np.random.Generator) -> Typeface:
    """Draw a typeface: plain, of strong contrast with serifs, or written by hand."""
    kind = rng.random()
    across = float(rng.uniform(0.07, 0.24))
    contrast = float(rng.uniform(0.75, 1.1))
    serif = ball = unsteadiness = 0.0
    if kind < 0.5:  # of strong contrast
        across = float(rng.uniform(0.1, 0.28))
        contrast = float(rng.uniform(0.2, 0.75))
        serif = float(rng.uniform(0.05, 0.2)) if rng.random() < 0.85 else 0.0
        ball = float(across * rng.uniform(0.9, 1.5)) if rng.random() < 0.7 else 0.0
    elif kind > 0.85:  # by hand
        unsteadiness = float(rng.uniform(0.01, 0.05))
        across = float(rng.uniform(0.05, 0.16))
    width = float(rng.uniform(0.42, 0.72))
    across = min(across, HEAVIEST * width)
    return Typeface(
        form=Form.drawn(rng),
        across=across,
        down=across * contrast,
        round_ends=bool(rng.random() < 0.35 or kind > 0.85),
        serif=serif,
        ball=ball,
        width=width,
        unsteadiness=unsteadiness,
    )


def write_digit(rng: np.random.Generator, typeface: Typeface, digit: str) -> Image.Image:
    """Write a digit.

    Args:
        rng: Source of a hand's strays.
        typeface: The typeface.
        digit: "0" to "9".

    Returns:
        A mask, mode "L", `HEIGHT` high and as wide as the digit's ink, which fills it.
    """
    pen = np.array([typeface.across, typeface.down])
    room = np.array([typeface.width, 1.0]) - pen
    stray = _stray(rng, typeface.unsteadiness)
    side = round(1.6 * HEIGHT * SCALE)
    mask = Image.new("L", (side, HEIGHT * SCALE))
    shapes = ImageDraw.Draw(mask)
    left = (1.6 - typeface.width) / 2
    for stroke in SKELETONS[digit](typeface.form):
        points = stray(stroke.points) * room + pen / 2 + [left, 0]
        thick = pen * stroke.weight * HEIGHT * SCALE
        _draw_stroke(shapes, points * HEIGHT * SCALE, thick, typeface, stroke)
    box = mask.getbbox() or (0, 0, side, HEIGHT * SCALE)
    width = max(1, round((box[2] - box[0]) / SCALE))
    return mask.resize((width, HEIGHT), Image.Resampling.BOX, box)


def _stray(
    rng: np.random.Generator, amount: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return a smooth map of the unit square that moves points a little."""
    if not amount:
        return lambda points: points
    waves, phases = rng.uniform(0.5, 1.3, (2, 2)), rng.uniform(0, 1, 2)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = points + amount * np.sin(2 * np.pi * (points @ waves + phases))
        return np.clip(moved, 0, 1)

    return move


def _draw_stroke(
    shapes: ImageDraw.ImageDraw,
    points: NDArray[np.float64],
    pen: NDArray[np.float64],
    typeface: Typeface,
    stroke: Stroke,
) -> None:
    """Draw the path of an elliptic pen, in pixels, and what is at its ends."""
    along = np.diff(points, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])
    points, along = points[np.append(True, length > 0)], along[length > 0]
    if not len(along):
        return
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / length[length > 0][:, None]
    half = np.hypot(normal[:, 0] * pen[0], normal[:, 1] * pen[1])[:, None] / 2 * normal
    quads = np.concatenate(
        [points[:-1] + half, points[1:] + half, points[1:] - half, points[:-1] - half], axis=1
    )
    for quad in quads.tolist():
        shapes.polygon(quad, fill=255)
    ends = slice(None) if typeface.round_ends else slice(1, -1)
    for x, y in points[ends].tolist():
        shapes.ellipse([x - pen[0] / 2, y - pen[1] / 2, x + pen[0] / 2, y + pen[1] / 2], fill=255)
    for end, (x, y) in zip(stroke.ends, points[[0, -1]].tolist(), strict=True):
        _draw_end(shapes, end, x, y, pen, typeface)


def _draw_end(
    shapes: ImageDraw.ImageDraw,
    end: str,
    x: float,
    y: float,
    pen: NDArray[np.float64],
    typeface: Typeface,
) -> None:
    unit = HEIGHT * SCALE
    if end == "foot" and typeface.serif:
        half, thick = typeface.serif * unit + pen[0] / 2, max(pen[1], 0.04 * unit)
        top = min(max(y - thick / 2, 0), unit - thick)
        shapes.rectangle([x - half, top, x + half, top + thick], fill=255)
    if end == "curl" and typeface.ball:
        radius = typeface.ball * unit / 2
        y = min(max(y, radius), unit - radius)
        shapes.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
