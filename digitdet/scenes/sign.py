"""Paints a number on its plane: its plate, ink, relief and shadow, as premultiplied layers."""

import numpy as np

from digitdet.scenes.colors import ink_color
from digitdet.scenes.distributions import happens
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.glyphs import LETTERS, SEVEN_SEGMENT, glyph, resized_glyph
from digitdet.scenes.layers import extent, lay, shifted, softened
from digitdet.scenes.number import FlatNumber
from digitdet.scenes.plates import counter_cells, lay_housing, lay_plate
from digitdet.scenes.surfaces import Pixels, smooth_noise

DISPLAYS = (  # ground and lit segments: red, green, amber, blue-white diodes; liquid crystal
    ((26, 10, 12), (250, 60, 40)),
    ((10, 24, 14), (90, 240, 90)),
    ((24, 18, 8), (250, 170, 40)),
    ((14, 18, 30), (170, 210, 250)),
    ((150, 164, 140), (36, 42, 40)),
)


def paint_sign(
    rng: np.random.Generator,
    factors: SceneFactors,
    fonts: tuple[str, ...],
    number: FlatNumber,
    wall: Pixels,
) -> Pixels:
    """Paint a number with all that hangs on the wall with it.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        fonts: Names of fonts, or font files, for letters.
        number: The number.
        wall: (3,) float32, the wall's colour in grey levels.

    Returns:
        (h, w, 4) float32: red, green, blue in grey levels, each times alpha, and alpha, 0 to 1.
    """
    layers = np.zeros((*number.mask.shape, 4), dtype=np.float32)
    ink = number.mask
    if number.style == "seven_segment":
        ground, lit = (np.array(c, np.float32) for c in DISPLAYS[rng.integers(len(DISPLAYS))])
        lay_housing(rng, layers, number, ground, np.ones_like(ink))
        lay(layers, lit * np.float32(0.5), softened(ink, 0.06 * number.height) * np.float32(0.5))
        lay(layers, lit, ink)
        return layers
    if number.style == "counter":
        ground = np.full(3, rng.choice([rng.uniform(10, 60), rng.uniform(180, 240)]), np.float32)
        lay_housing(rng, layers, number, ground, counter_cells(rng, number))
        lay(layers, ink_color(rng, factors, ground), ink)
        return layers
    if happens(rng, factors.letters):
        ink = _with_letters(rng, number, fonts)
    plated = happens(rng, factors.plate)
    ground = lay_plate(rng, factors, layers, number, ink) if plated else wall
    _lay_ink(rng, factors, layers, number.height, ink, ink_color(rng, factors, ground))
    return layers


def _lay_ink(
    rng: np.random.Generator,
    factors: SceneFactors,
    layers: Pixels,
    height: int,
    ink: Pixels,
    color: Pixels,
) -> None:
    """Lay the digits with their shadow, relief, contour and wear."""
    reach = max(1, round(rng.uniform(0.02, 0.08) * height))
    across, down = int(rng.choice([-reach, reach])), int(rng.choice([-reach, reach]))
    if happens(rng, factors.shadow):
        dark = softened(shifted(ink, across, reach), reach / 2) * np.float32(rng.uniform(0.3, 0.8))
        lay(layers, np.zeros(3, np.float32), dark)
    if happens(rng, factors.outline):
        contour = np.clip(2 * softened(ink, max(0.7, reach / 2)), 0, 1)
        lay(layers, ink_color(rng, factors, color), contour)
    if happens(rng, factors.wear):
        rows, columns = ink.shape
        worn = smooth_noise(rng, (rows, columns), (rows // 4, columns // 4))
        ink = ink * np.clip(1 - 0.45 * np.maximum(worn, 0), 0.25, 1)
    lay(layers, color, ink)
    if happens(rng, factors.emboss):
        strength = np.float32(rng.uniform(0.3, 0.9))
        lit = np.clip(ink - shifted(ink, across, down), 0, 1) * strength
        shaded = np.clip(ink - shifted(ink, -across, -down), 0, 1) * strength
        lay(layers, np.full(3, 255, np.float32), lit * np.float32(0.6))
        lay(layers, np.zeros(3, np.float32), shaded)


def _with_letters(rng: np.random.Generator, number: FlatNumber, fonts: tuple[str, ...]) -> Pixels:
    """Return a number's mask with letters beside, above or below it."""
    mask, height = number.mask.copy(), number.height
    font_name = number.font_name if number.font_name != SEVEN_SEGMENT else fonts[0]
    left, top, right, bottom = extent(number.mask).astype(int)
    beside = rng.random() < 0.5
    size = max(4, int(height * (rng.uniform(0.35, 0.8) if beside else rng.uniform(0.15, 0.3))))
    word = rng.choice(list(LETTERS), 1 if beside else rng.integers(2, 7))
    glyphs = [glyph(font_name, letter) for letter in word]
    parts = [resized_glyph(g, round(g.width / g.height * size * 0.8), size) for g in glyphs]
    gap = max(1, size // 8)
    text = np.concatenate([np.pad(part, ((0, 0), (0, gap))) for part in parts], axis=1)
    if beside:
        x = right + height // 6 if rng.random() < 0.6 else left - height // 6 - text.shape[1]
        y = bottom - size if rng.random() < 0.6 else top
    else:
        x = (left + right - text.shape[1]) // 2
        y = top - size - height // 7 if rng.random() < 0.5 else bottom + height // 7
    x, y = max(x, 0), max(y, 0)
    view = mask[y : y + size, x : x + text.shape[1]]
    np.maximum(view, text[: view.shape[0], : view.shape[1]], out=view)
    return mask
