"""Plates under numbers, housings of counters and displays."""

import numpy as np
from numpy.typing import NDArray

from digitdet.scenes.colors import Palette, ink_color, pick_color
from digitdet.scenes.distributions import happens
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.layers import extent, lay, rounded_distance, shifted, softened
from digitdet.scenes.number import FlatNumber
from digitdet.scenes.surfaces import Pixels, smooth_noise

PLATES: Palette = {
    "white": ((228, 226, 218), 5.0),
    "cream": ((214, 200, 166), 2.0),
    "blue": ((44, 70, 140), 3.0),
    "black": ((34, 34, 38), 1.5),
    "green": ((40, 84, 62), 0.5),
    "red": ((140, 40, 40), 0.5),
    "brown": ((104, 72, 46), 1.0),
    "metal": ((150, 150, 148), 1.0),
}


def lay_plate(
    rng: np.random.Generator, factors: SceneFactors, layers: Pixels, number: FlatNumber, ink: Pixels
) -> Pixels:
    """Lay a plate under a number; returns its colour."""
    shape, height = number.mask.shape, number.height
    margins = rng.uniform(0.1, 0.55) * height * np.array([1, rng.uniform(0.5, 1.1)])
    box = extent(ink) + np.concatenate([-margins, margins])
    round_ends = rng.random() < 0.15
    radius = 1e3 if round_ends else rng.choice([0, rng.uniform(0.02, 0.35) * height])
    if round_ends:
        box += np.array([-1, 0, 1, 0]) * 0.25 * height
    room = 0.5 + 0.04 * height
    box = np.clip(box, room, np.array([*shape[::-1], *shape[::-1]]) - room)
    distance = rounded_distance((shape[0], shape[1]), box, radius)
    alpha = np.clip(0.5 - distance, 0, 1)
    if happens(rng, factors.shadow):
        reach = max(1, round(rng.uniform(0.02, 0.12) * height))
        dark = softened(shifted(alpha, int(rng.integers(-reach, reach + 1)), reach), reach / 2)
        lay(layers, np.zeros(3, np.float32), dark * np.float32(rng.uniform(0.3, 0.8)))
    color = pick_color(rng, PLATES) * np.float32(rng.uniform(0.8, 1.1))
    shade = smooth_noise(rng, (shape[0], shape[1]), (3, 3)) * np.float32(rng.uniform(1, 10))
    lay(layers, color + shade[..., None], alpha)
    if factors.rim and happens(rng, factors.rim):
        _lay_rim(rng, layers, alpha, height)
    if factors.screws and happens(rng, factors.screws):
        _lay_screws(rng, layers, box, height)
    if happens(rng, factors.plate_border):
        inset = rng.uniform(0.03, 0.12) * height
        width = rng.uniform(0.02, 0.06) * height + 0.5
        line = np.clip(width / 2 + 0.5 - np.abs(distance + inset), 0, 1)
        lay(layers, ink_color(rng, factors, color), line)
    return color


def _lay_rim(rng: np.random.Generator, layers: Pixels, alpha: Pixels, height: float) -> None:
    """Light a plate's edges from one side."""
    reach = max(1, round(rng.uniform(0.01, 0.06) * height))
    across, down = int(rng.choice([-reach, reach])), int(rng.choice([-reach, reach]))
    strength = np.float32(rng.uniform(0.2, 0.8))
    lit = np.clip(alpha - shifted(alpha, across, down), 0, 1) * strength
    shaded = np.clip(alpha - shifted(alpha, -across, -down), 0, 1) * strength
    lay(layers, np.full(3, 255, np.float32), lit * np.float32(0.7))
    lay(layers, np.zeros(3, np.float32), shaded)


def _lay_screws(
    rng: np.random.Generator, layers: Pixels, box: NDArray[np.float64], height: float
) -> None:
    """Lay two or four screws inside a plate's edges: left and right, above and below, corners."""
    inset = rng.uniform(0.04, 0.12) * height
    (left, top), (right, bottom) = box[:2] + inset, box[2:] - inset
    middle = (box[:2] + box[2:]) / 2
    places = (
        [(left, middle[1]), (right, middle[1])],
        [(middle[0], top), (middle[0], bottom)],
        [(left, top), (right, top), (left, bottom), (right, bottom)],
    )
    radius = rng.uniform(0.015, 0.05) * height + 0.4
    color = np.full(3, rng.choice([rng.uniform(20, 90), rng.uniform(150, 240)]), np.float32)
    y, x = np.mgrid[: layers.shape[0], : layers.shape[1]] + np.float32(0.5)
    for across, down in places[rng.integers(len(places))]:
        distance = np.hypot(x - across, y - down).astype(np.float32)
        lay(layers, color, np.clip(radius + 0.5 - distance, 0, 1))


def lay_housing(
    rng: np.random.Generator, layers: Pixels, number: FlatNumber, color: Pixels, cells: Pixels
) -> None:
    """Lay a counter's or a display's housing: a frame, and a window for each digit or one."""
    height = number.height
    window = extent(number.mask) + 0.14 * height * np.array([-1, -1, 1, 1])
    frame = window + rng.uniform(0.05, 0.4) * height * np.array([-1, -1, 1, 1])
    shape = (number.mask.shape[0], number.mask.shape[1])
    rim = np.float32(rng.choice([rng.uniform(10, 60), rng.uniform(90, 220)]))
    around = np.full(3, rim) + rng.normal(0, 6, 3).astype(np.float32)
    radius = rng.uniform(0, 0.2) * height
    lay(layers, around, np.clip(0.5 - rounded_distance(shape, frame, radius), 0, 1))
    lay(layers, color, np.clip(0.5 - rounded_distance(shape, window, 1), 0, 1) * cells)


def counter_cells(rng: np.random.Generator, number: FlatNumber) -> Pixels:
    """Return where a counter's windows are: between its wheels there is a gap, (h, w)."""
    cells = np.ones(number.mask.shape, dtype=np.float32)
    width = max(1, round(rng.uniform(0.02, 0.08) * number.height))
    for left, right in zip(number.boxes[:-1], number.boxes[1:], strict=True):
        middle = int((left[2] + right[0]) / 2)
        cells[:, middle - width // 2 : middle - width // 2 + width] = 0
    return cells
