"""Walls: procedural materials, in grey levels as float32."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitdet.scenes.distributions import choose, draw
from digitdet.scenes.factors import SceneFactors

Pixels = NDArray[np.float32]
Size = tuple[int, int]

# Usual colours of walls and doors: red-brown, beige, greys, white, browns, dark, green, blue.
WALL_COLORS = (
    (122, 76, 64),
    (150, 104, 84),
    (184, 164, 134),
    (206, 192, 168),
    (150, 146, 140),
    (112, 112, 114),
    (190, 190, 188),
    (222, 220, 214),
    (104, 84, 62),
    (140, 108, 70),
    (62, 52, 46),
    (40, 40, 42),
    (70, 88, 72),
    (70, 84, 108),
    (120, 130, 144),
    (196, 200, 208),
)


def smooth_noise(rng: np.random.Generator, size: Size, cells: tuple[int, int]) -> Pixels:
    """Make noise of about unit variance at the given number of cells, (H, W) float32."""
    coarse = rng.standard_normal((max(2, cells[0]), max(2, cells[1])), dtype=np.float32)
    image = Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC)
    return np.asarray(image)


def wall_color(rng: np.random.Generator) -> Pixels:
    """Draw a wall's colour, (3,) float32."""
    color = np.array(WALL_COLORS[rng.integers(len(WALL_COLORS))], dtype=np.float32)
    return color * np.float32(rng.uniform(0.7, 1.25)) + rng.normal(0, 7, 3).astype(np.float32)


def _plain(rng: np.random.Generator, size: Size, unit: float) -> Pixels:  # noqa: ARG001
    return smooth_noise(rng, size, (3, 5)) * np.float32(rng.uniform(1, 8))


def _stucco(rng: np.random.Generator, size: Size, unit: float) -> Pixels:
    grain = max(1.0, unit * rng.uniform(0.03, 0.15))
    fine = smooth_noise(rng, size, (int(size[0] / grain), int(size[1] / grain)))
    return fine * np.float32(rng.uniform(2, 11)) + _plain(rng, size, unit)


def _blocks(rng: np.random.Generator, size: Size, height: float, width: float) -> Pixels:
    """Make rows of shifted blocks with joints between them."""
    height, width = max(height, 3.0), max(width, 4.0)
    y = np.arange(size[0]) / height + rng.uniform()
    x = np.arange(size[1]) / width + rng.uniform()
    row = y.astype(int)
    column = x[None, :] + 0.5 * (row % 2)[:, None]
    tones = rng.normal(0, rng.uniform(3, 13), (row[-1] + 1, int(column.max()) + 1))
    plane = tones[row[:, None], column.astype(int)].astype(np.float32)
    joint = rng.uniform(0.08, 0.2)
    between = (y % 1 < joint)[:, None] | (column % 1 < joint * height / width)
    plane[between] = rng.normal(0, 30)
    return plane


def _brick(rng: np.random.Generator, size: Size, unit: float) -> Pixels:
    height = unit * rng.uniform(0.22, 0.75)
    plane = _blocks(rng, size, height, height * rng.uniform(2.2, 3.6))
    return plane + smooth_noise(rng, size, (size[0] // 3, size[1] // 3)) * np.float32(4)


def _stone(rng: np.random.Generator, size: Size, unit: float) -> Pixels:
    height = unit * rng.uniform(0.7, 2.0)
    plane = _blocks(rng, size, height, height * rng.uniform(1.0, 2.2))
    return plane + _stucco(rng, size, unit)


def _wood(rng: np.random.Generator, size: Size, unit: float) -> Pixels:
    along, across = (
        int(rng.integers(2, 5)),
        max(4, int(max(size) / max(unit, 1) * rng.uniform(3, 8))),
    )
    cells = (along, across) if rng.random() < 0.5 else (across, along)
    return smooth_noise(rng, size, cells) * np.float32(rng.uniform(4, 14))


def _boards(rng: np.random.Generator, size: Size, unit: float) -> Pixels:
    upright = rng.random() < 0.5
    length = size[1] if upright else size[0]
    phase = np.arange(length) / max(3.0, unit * rng.uniform(0.3, 1.6)) + rng.uniform()
    gap = rng.uniform(0.06, 0.25)
    profile = (phase % 1) * rng.normal(0, 8) + (phase % 1 < gap) * rng.normal(-16, 18)
    line = profile.astype(np.float32)
    return (line[None, :] if upright else line[:, None]) + _plain(rng, size, unit)


MATERIALS: dict[str, Callable[[np.random.Generator, Size, float], Pixels]] = {
    "plain": _plain,
    "stucco": _stucco,
    "brick": _brick,
    "stone": _stone,
    "wood": _wood,
    "boards": _boards,
}


def paint_surface(
    rng: np.random.Generator, factors: SceneFactors, size: Size, unit: float
) -> Pixels:
    """Paint a surface.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        size: Height and width in pixels.
        unit: The digits' height in pixels, which the material's grain goes by.

    Returns:
        (H, W, 3) float32, grey levels; they may leave 0 to 255.
    """
    plane = MATERIALS[choose(rng, factors.surface)](rng, size, unit)
    tint = (1 + rng.normal(0, 0.12, 3)).astype(np.float32)
    return wall_color(rng) + plane[..., None] * tint


def paint_wall(rng: np.random.Generator, factors: SceneFactors, size: Size, unit: float) -> Pixels:
    """Paint a wall and what borders on it: doors, windows, frames, the sky.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        size: Height and width in pixels.
        unit: The digits' height in pixels.

    Returns:
        (H, W, 3) float32, grey levels; they may leave 0 to 255.
    """
    wall = paint_surface(rng, factors, size, unit)
    y, x = np.ogrid[: size[0], : size[1]]
    for _ in range(int(draw(rng, factors.regions))):
        angle = rng.choice([0, 0.5, 1, 1.5]) * np.pi + rng.normal(0, 0.08)
        across, down = np.cos(angle), np.sin(angle)
        reach = abs(across) * size[1] / 2 + abs(down) * size[0] / 2
        distance = (x - size[1] / 2) * across + (y - size[0] / 2) * down
        inside = distance > rng.uniform(0.3, 0.95) * reach
        if inside.any():
            wall[inside] = _other_surface(rng, factors, size, unit)[inside]
            rim = np.abs(distance - distance[inside].min()) < rng.uniform(0.5, 0.08 * unit + 1)
            wall[rim] += np.float32(rng.normal(-20, 30))
    return wall


def _other_surface(
    rng: np.random.Generator, factors: SceneFactors, size: Size, unit: float
) -> Pixels:
    """Paint a surface, or the plain glare or darkness of a window or the sky."""
    if rng.random() < 0.7:
        return paint_surface(rng, factors, size, unit)
    level = rng.choice([rng.uniform(0, 45), rng.uniform(200, 255)])
    shade = level + smooth_noise(rng, size, (3, 4)) * rng.uniform(0, 10)
    return np.repeat(shade[..., None], 3, axis=2).astype(np.float32)
