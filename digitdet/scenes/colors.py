"""Colours of paints, plates and displays."""

import numpy as np

from digitdet.scenes.distributions import choose, draw
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.surfaces import Pixels

Palette = dict[str, tuple[tuple[int, int, int], float]]  # name -> colour and weight

GREY = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
TINTS: Palette = {  # of inks and paints, for their hue alone
    "neutral": ((0, 0, 0), 7.0),
    "blue": ((20, 45, 110), 2.0),
    "gold": ((190, 150, 70), 1.0),
    "red": ((150, 40, 35), 0.6),
    "green": ((40, 90, 60), 0.4),
    "brown": ((90, 60, 40), 0.8),
}


def pick_color(rng: np.random.Generator, colors: Palette) -> Pixels:
    """Draw one of a palette's colours by its weight, a little off, (3,) float32."""
    name = choose(rng, {name: weight for name, (_, weight) in colors.items()})
    return np.array(colors[name][0], dtype=np.float32) + rng.normal(0, 9, 3).astype(np.float32)


def ink_color(rng: np.random.Generator, factors: SceneFactors, ground: Pixels) -> Pixels:
    """Draw a colour that stands out from a ground's by the contrast of `SceneFactors`.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        ground: (3,) float32, grey levels.

    Returns:
        (3,) float32, grey levels.
    """
    level = float(np.clip(ground @ GREY, 0, 255))
    contrast = draw(rng, factors.contrast)
    room = {"darker": level - contrast, "lighter": 255 - level - contrast}
    sides = [side for side, rest in room.items() if rest >= 0]
    side = sides[rng.integers(len(sides))] if sides else max(room, key=lambda name: room[name])
    target = level - contrast if side == "darker" else level + contrast
    tint = pick_color(rng, TINTS)
    return np.clip(tint - tint @ GREY + np.float32(target), 0, 255)
