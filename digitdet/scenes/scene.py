"""Renders scenes: numbers on walls, doors and plates, as a camera sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitdet.labels import digit_to_label
from digitdet.scenes.camera import expose, illuminate
from digitdet.scenes.clutter import add_clutter
from digitdet.scenes.distributions import draw, happens
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.fonts import FONTS
from digitdet.scenes.number import FlatNumber, draw_number
from digitdet.scenes.placement import place
from digitdet.scenes.sign import paint_sign
from digitdet.scenes.surfaces import Pixels, paint_wall

_DEFAULT = SceneFactors()


@dataclass(frozen=True)
class Scene:
    """A rendered picture and its digits, number by number in reading order.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        boxes: (N, 4) float32, xyxy in pixels, inside the picture; of one height in each number.
        labels: (N,) int64, 1 to 10 (digit + 1).
        numbers: (N,) int64, the number that a digit belongs to, from 0.
    """

    image: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    numbers: NDArray[np.int64]


def scene_generator(seed: int, number: int) -> np.random.Generator:
    """Make the source of every draw for a scene of the endless sequence of a seed."""
    return np.random.default_rng((seed, number))


def render_scene(
    rng: np.random.Generator,
    factors: SceneFactors = _DEFAULT,
    fonts: tuple[str, ...] = FONTS,
) -> Scene:
    """Render a scene of one number or, seldom, two.

    Args:
        rng: Source of every draw.
        factors: What varies, and how.
        fonts: Names of fonts, or font files, from `fonts.choose_fonts`.

    Returns:
        The scene.
    """
    height = float(np.exp(draw(rng, factors.log_height)))
    detail = float(rng.uniform(0.45, 0.9)) if happens(rng, factors.low_resolution) else 1.0
    count = 2 if happens(rng, factors.several) else 1
    numbers = [draw_number(rng, factors, fonts, height * 0.9 * detail) for _ in range(count)]
    placement = place(rng, factors, numbers)

    unit = float(placement.boxes[0][0, 3] - placement.boxes[0][0, 1])
    canvas = add_clutter(rng, factors, paint_wall(rng, factors, placement.size, unit), unit)
    if factors.neighbor and happens(rng, factors.neighbor):
        another = draw_number(rng, factors, fonts, unit)
        canvas = _hang_neighbor(rng, factors, fonts, canvas, another, placement.boxes)
    for number, homography in zip(numbers, placement.maps, strict=True):
        ground = _color_behind(canvas, placement.boxes[0])
        sign = paint_sign(rng, factors, fonts, number, ground)
        canvas = _hang(canvas, sign, homography)
    canvas = illuminate(rng, factors, canvas)

    scale = height / unit
    size = tuple(max(4, round(side * scale)) for side in placement.size)
    image = expose(rng, factors, canvas, (size[0], size[1]), unit)
    zoom = np.array(image.shape[1::-1]) / np.array(canvas.shape[1::-1])
    far = np.tile(image.shape[1::-1], 2)
    boxes = np.concatenate(placement.boxes) * np.tile(zoom, 2)
    return Scene(image, boxes.clip(0, far).astype(np.float32), *_labels(numbers))


def _labels(numbers: list[FlatNumber]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    digits = "".join(number.digits for number in numbers)
    owners = [index for index, number in enumerate(numbers) for _ in number.digits]
    labels = [digit_to_label(int(digit)) for digit in digits]
    return np.array(labels, dtype=np.int64), np.array(owners, dtype=np.int64)


def _color_behind(canvas: Pixels, boxes: NDArray[np.float64]) -> Pixels:
    """Return the (3,) mean colour of what lies behind a number."""
    left, top = np.maximum(boxes[:, :2].min(axis=0), 0).astype(int)
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0)).astype(int)
    return canvas[top:bottom, left:right].mean(axis=(0, 1))


def _hang_neighbor(
    rng: np.random.Generator,
    factors: SceneFactors,
    fonts: tuple[str, ...],
    canvas: Pixels,
    another: FlatNumber,
    boxes: list[NDArray[np.float64]],
) -> Pixels:
    """Hang another number across the left or the right edge of a picture, if there is room."""
    width = canvas.shape[1]
    taken = np.concatenate(boxes)
    seen = rng.uniform(0.15, 0.7) * another.height
    is_left = rng.random() < 0.5
    room = taken[:, 0].min() if is_left else width - taken[:, 2].max()
    if room < seen + 0.15 * another.height:
        return canvas
    left, right = another.boxes[0, 0], another.boxes[-1, 2]
    across = seen - right if is_left else width - seen - left
    down = taken[:, 1].min() + rng.normal(0, 0.08) * another.height - another.boxes[0, 1]
    move = np.array([[1, 0, across], [0, 1, down], [0, 0, 1.0]])
    sign = paint_sign(rng, factors, fonts, another, canvas.mean(axis=(0, 1)))
    return _hang(canvas, sign, move)


def _hang(canvas: Pixels, sign: Pixels, homography: NDArray[np.float64]) -> Pixels:
    """Lay a sign over a picture, (H, W, 3), mapped by a homography from its plane."""
    back = np.linalg.inv(homography)
    back = back / back[2, 2]
    plane = np.clip(sign * np.array([1, 1, 1, 255], np.float32), 0, 255).astype(np.uint8)
    hung = Image.fromarray(plane).transform(
        (canvas.shape[1], canvas.shape[0]),
        Image.Transform.PERSPECTIVE,
        back.flatten()[:8].tolist(),
        Image.Resampling.BILINEAR,
    )
    layers = np.asarray(hung, dtype=np.float32)
    return canvas * (1 - layers[..., 3:] / np.float32(255)) + layers[..., :3]
