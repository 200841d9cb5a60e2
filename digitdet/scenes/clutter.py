"""Shapes that are not digits: wires, bars, bells, lamps, leaves."""

import numpy as np
from PIL import Image, ImageDraw

from digitdet.scenes.distributions import draw
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.surfaces import Pixels


def add_clutter(
    rng: np.random.Generator, factors: SceneFactors, wall: Pixels, unit: float
) -> Pixels:
    """Draw shapes on a wall; the numbers come over them.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        wall: (H, W, 3) float32, grey levels.
        unit: The digits' height in pixels.

    Returns:
        (H, W, 3) float32, grey levels.
    """
    count = int(draw(rng, factors.clutter))
    if not count:
        return wall
    image = Image.fromarray(np.clip(wall, 0, 255).astype(np.uint8))
    shapes = ImageDraw.Draw(image)
    for _ in range(count):
        level = rng.uniform(0, 255)
        color = tuple(int(c) for c in np.clip(level + rng.normal(0, 14, 3), 0, 255))
        _draw_shape(rng, shapes, image.size, unit, color)
    return np.asarray(image, dtype=np.float32)


def _draw_shape(
    rng: np.random.Generator,
    shapes: ImageDraw.ImageDraw,
    size: tuple[int, int],
    unit: float,
    color: tuple[int, ...],
) -> None:
    width, height = size
    x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
    thick = max(1, round(rng.uniform(0.02, 0.12) * unit))
    kind = rng.integers(5)
    if kind == 0:  # a wire or a joint
        ends = (rng.uniform(-0.1, 1.1, 4) * [width, height, width, height]).tolist()
        shapes.line(ends, fill=color, width=thick)
    elif kind == 1:  # bars
        pitch = rng.uniform(0.12, 0.5) * unit + thick
        for bar in range(int(rng.integers(2, 7))):
            at = x + bar * pitch
            shapes.line([at, 0, at, height], fill=color, width=thick)
    elif kind == 2:  # a screw, a bell, a lamp
        radius = rng.uniform(0.04, 0.35) * unit
        shapes.ellipse([x - radius, y - radius, x + radius, y + radius], fill=color)
    elif kind == 3:  # a box, a slit, a window
        half_x, half_y = rng.uniform(0.1, 0.8) * unit, rng.uniform(0.1, 0.8) * unit
        x = x if abs(x - width / 2) > width / 4 else x / 4
        box = [x - half_x, y - half_y, x + half_x, y + half_y]
        shapes.rectangle(box, fill=color if rng.random() < 0.5 else None, outline=color)
    else:  # leaves, graffiti
        centre = np.array([x if rng.random() < 0.5 else 0, y])
        points = centre + rng.normal(0, 0.35 * unit, (6, 2))
        shapes.polygon([tuple(point) for point in points.tolist()], fill=color)
