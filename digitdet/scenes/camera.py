"""What light, a camera and a file do to a picture."""

import io
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from digitdet.scenes.colors import GREY
from digitdet.scenes.distributions import draw, happens
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.surfaces import Pixels

BALANCE = np.array([0.985, 1.0, 1.02])  # red, green, blue: the photographs are a little cold
GRAIN = 512  # pixels: side of the tile that noise is taken from; drawing it anew costs more


def illuminate(rng: np.random.Generator, factors: SceneFactors, canvas: Pixels) -> Pixels:
    """Light a picture: a gradient, a shadow across it, exposure, haze and colour.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        canvas: (H, W, 3) float32, grey levels.

    Returns:
        The same shape; values may leave 0 to 255.
    """
    height, width = canvas.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    light = 1 + np.float32(draw(rng, factors.light)) * x + np.float32(draw(rng, factors.light)) * y
    if happens(rng, factors.cast_shadow):
        angle = rng.uniform(0, 2 * np.pi)
        edge = (x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.7, 0.7)) * rng.uniform(4, 30)
        light = light * (1 - rng.uniform(0.2, 0.6) * np.clip(edge, 0, 1)).astype(np.float32)
    gains = (BALANCE + rng.normal(0, 0.05, 3)) * draw(rng, factors.exposure)
    canvas = canvas * light[..., None]
    saturation, contrast = draw(rng, factors.saturation), 1 - draw(rng, factors.haze)
    mixed = saturation * np.eye(3) + (1 - saturation) * GREY[:, None]
    matrix = (contrast * gains[:, None] * mixed).astype(np.float32)
    mean = (canvas.mean(axis=(0, 1)) * gains) @ GREY
    return canvas @ matrix + np.float32((1 - contrast) * mean)


def _to_image(canvas: Pixels) -> Image.Image:
    return Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))


def _moved(rng: np.random.Generator, canvas: Pixels, unit: float) -> Pixels:
    """Average a picture with shifted copies of itself."""
    reach = max(1, round(rng.uniform(0.05, 0.16) * unit))
    axis = 1 if rng.random() < 0.7 else 0
    room = [(0, reach if number == axis else 0) for number in range(3)]
    copies = sliding_window_view(np.pad(canvas, room, mode="edge"), reach + 1, axis)
    return copies.mean(axis=-1, dtype=np.float32)


@cache
def _grain() -> Pixels:
    """Make a tile of noise of unit variance, mostly of brightness, a little of colour."""
    rng = np.random.default_rng(0)
    grey = rng.standard_normal((GRAIN, GRAIN, 1), dtype=np.float32)
    color = rng.standard_normal((GRAIN, GRAIN, 3), dtype=np.float32)
    return np.float32(0.86) * grey + np.float32(0.5) * color


def _with_noise(rng: np.random.Generator, image: Image.Image, std: float) -> Image.Image:
    """Add noise from a random place of the tile."""
    top, left = rng.integers(GRAIN, size=2)
    rows, columns = np.arange(image.height) + top, np.arange(image.width) + left
    noise = _grain()[rows[:, None] % GRAIN, columns % GRAIN]
    return _to_image(np.asarray(image, dtype=np.float32) + np.float32(std) * noise)


def expose(
    rng: np.random.Generator,
    factors: SceneFactors,
    canvas: Pixels,
    size: tuple[int, int],
    unit: float,
) -> NDArray[np.uint8]:
    """Take a picture: blur, noise, its final size, compression.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        canvas: (H, W, 3) float32, grey levels.
        size: Height and width of the picture in pixels.
        unit: The digits' height in pixels of the canvas.

    Returns:
        (height, width, 3) uint8, RGB, of that size.
    """
    if happens(rng, factors.motion_blur):
        canvas = _moved(rng, canvas, unit)
    sharp = draw(rng, factors.blur) * unit
    std = draw(rng, factors.noise)
    early = rng.random() < 0.5
    image = _to_image(canvas)
    if sharp > 0.2:
        image = image.filter(ImageFilter.GaussianBlur(sharp))
    if early and std > 0.5:
        image = _with_noise(rng, image, std)
    if image.size != size[::-1]:
        image = image.resize(size[::-1], Image.Resampling.BICUBIC)
    if not early and std > 0.5:
        image = _with_noise(rng, image, std)
    amount = draw(rng, factors.sharpening)
    if amount > 0.05:
        image = image.filter(ImageFilter.UnsharpMask(rng.uniform(0.6, 2.0), round(100 * amount), 0))
    if happens(rng, factors.compression):
        file = io.BytesIO()
        image.save(file, format="JPEG", quality=round(draw(rng, factors.quality)))
        image = Image.open(file)
    return np.array(image)
