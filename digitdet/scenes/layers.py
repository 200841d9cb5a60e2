"""Layers of paint with soft edges: red, green and blue, each times alpha, and alpha."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from digitdet.scenes.surfaces import Pixels


def lay(layers: Pixels, color: Pixels, alpha: Pixels) -> None:
    """Lay a colour over premultiplied layers, in place.

    Args:
        layers: (h, w, 4), red, green, blue, each times alpha, and alpha, 0 to 1.
        color: (3,) or (h, w, 3), grey levels.
        alpha: (h, w), 0 to 1.
    """
    share = alpha[..., None]
    layers *= 1 - share
    layers[..., :3] += color * share
    layers[..., 3] += alpha


def shifted(mask: Pixels, across: int, down: int) -> Pixels:
    """Shift a mask whose rim is empty."""
    return np.roll(mask, (down, across), axis=(0, 1))


def softened(mask: Pixels, radius: float) -> Pixels:
    """Blur a mask of 0 to 1."""
    image = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(radius))
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def rounded_distance(
    shape: tuple[int, int], box: NDArray[np.float64], radius: float
) -> NDArray[np.float32]:
    """Return each pixel's distance to a rounded rectangle, negative inside, (h, w) float32."""
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    radius = min(radius, float(half.min()))
    x = np.abs(np.arange(shape[1]) + 0.5 - centre[0])[None, :] - half[0] + radius
    y = np.abs(np.arange(shape[0]) + 0.5 - centre[1])[:, None] - half[1] + radius
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0))
    return (outside + np.minimum(np.maximum(x, y), 0) - radius).astype(np.float32)


def extent(mask: Pixels) -> NDArray[np.float64]:
    """Return the (4,) xyxy around what a mask covers."""
    columns, rows = np.flatnonzero(mask.max(axis=0) > 0.1), np.flatnonzero(mask.max(axis=1) > 0.1)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=float)
