"""Hangs flat numbers in a picture: its size, their perspective and their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitdet.scenes.distributions import draw
from digitdet.scenes.factors import SceneFactors
from digitdet.scenes.number import FlatNumber

FRAME_ASPECTS = (2.04, 2.21, 2.43, 2.92)  # SVHN's mean width / height of pictures of 1 .. 4 digits
MIN_SIDE = 12  # pixels


@dataclass(frozen=True)
class Placement:
    """Where numbers lie in a picture.

    Attributes:
        size: Height and width of the picture in pixels.
        maps: For each number, the (3, 3) homography from its plane's pixels to the picture's.
        boxes: For each number, (N, 4) float64, xyxy in pixels of the picture, not clipped.
    """

    size: tuple[int, int]
    maps: list[NDArray[np.float64]]
    boxes: list[NDArray[np.float64]]


def _homography(
    rng: np.random.Generator, factors: SceneFactors, number: FlatNumber
) -> NDArray[np.float64]:
    """Map a number's plane, its centre at 0, by a turn, a slant and a perspective."""
    angle = np.deg2rad(draw(rng, factors.rotation))
    shear = draw(rng, factors.shear)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]]
    )
    slant = np.array([[1, -shear, 0], [0, 1, 0], [0, 0, 1.0]])
    half = max(number.mask.shape) / 2
    tilt = np.eye(3)
    tilt[2, :2] = draw(rng, factors.perspective) / half, draw(rng, factors.perspective) / half
    height, width = number.mask.shape
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    return turn @ slant @ tilt @ centre


def map_points(homography: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map (..., 2) points, x and y, by a (3, 3) homography."""
    mapped = points @ homography[:, :2].T + homography[:, 2]
    return mapped[..., :2] / mapped[..., 2:]


def map_boxes(homography: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the upright boxes around mapped digits, all of one height as in SVHN.

    A digit hardly reaches into its box's corners, so the mapped points lie at an octagon's corners.

    Args:
        homography: (3, 3).
        boxes: (N, 4), xyxy.

    Returns:
        (N, 4), xyxy.
    """
    low, high = 0.2, 0.8
    rim = np.array(
        [[low, 0], [high, 0], [1, low], [1, high], [high, 1], [low, 1], [0, high], [0, low]]
    )
    points = boxes[:, None, :2] + rim * (boxes[:, 2:] - boxes[:, :2])[:, None]
    mapped = map_points(homography, points)
    hull = np.concatenate([mapped.min(axis=1), mapped.max(axis=1)], axis=1)
    middle = (hull[:, 1] + hull[:, 3]) / 2
    half = float((hull[:, 3] - hull[:, 1]).mean()) / 2
    hull[:, 1], hull[:, 3] = middle - half, middle + half
    return hull


def _loosen(
    rng: np.random.Generator, factors: SceneFactors, boxes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Grow boxes to how people draw them: neighbours touch, a little air, unsteady edges."""
    height = float(boxes[0, 3] - boxes[0, 1])
    air = draw(rng, factors.looseness) * height
    jitter = draw(rng, factors.box_jitter) * height
    grown = boxes + np.array([-air, -air, air, air])
    for left, right in zip(range(len(boxes) - 1), range(1, len(boxes)), strict=True):
        gap = boxes[right, 0] - boxes[left, 2]
        beside = abs(boxes[right, 1] - boxes[left, 1]) < 0.5 * height
        if beside and -0.5 * height < gap < 0.5 * height:
            middle = (boxes[right, 0] + boxes[left, 2]) / 2
            grown[left, 2] = min(grown[left, 2], middle) if gap < 0 else middle
            grown[right, 0] = max(grown[right, 0], middle) if gap < 0 else middle
    grown[:, [0, 2]] += rng.normal(0, jitter, (len(boxes), 2))
    grown[:, [1, 3]] += rng.normal(0, jitter, 2)
    grown[:, 2:] = np.maximum(grown[:, 2:], grown[:, :2] + 2)
    return grown


def place(
    rng: np.random.Generator, factors: SceneFactors, numbers: Sequence[FlatNumber]
) -> Placement:
    """Place one or two numbers in a picture that fits them.

    Args:
        rng: Source of the draws.
        factors: Their distributions.
        numbers: The numbers.

    Returns:
        The placement, in pixels of the numbers' planes.
    """
    maps = [_homography(rng, factors, number) for number in numbers]
    boxes = [
        _loosen(rng, factors, map_boxes(homography, number.boxes))
        for homography, number in zip(maps, numbers, strict=True)
    ]
    for index in range(1, len(numbers)):
        shift = _beside(rng, boxes[index - 1], boxes[index])
        maps[index] = _translation(shift) @ maps[index]
        boxes[index] = boxes[index] + np.tile(shift, 2)
    size, shift = _frame(rng, factors, np.concatenate(boxes), max(len(n.digits) for n in numbers))
    move = _translation(shift)
    return Placement(size, [move @ m for m in maps], [b + np.tile(shift, 2) for b in boxes])


def _translation(shift: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.eye(3)
    matrix[:2, 2] = shift
    return matrix


def _beside(
    rng: np.random.Generator, first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the shift that puts a number's boxes right of or below another's."""
    height = float(first[0, 3] - first[0, 1])
    gap = rng.uniform(0.5, 1.6) * height
    scatter = rng.normal(0, 0.2 * height)
    far, near = first[:, 2:].max(axis=0), second[:, :2].min(axis=0)
    if rng.random() < 0.5:
        return np.array([far[0] - near[0] + gap, scatter])
    return np.array([scatter, far[1] - near[1] + gap])


def _frame(
    rng: np.random.Generator, factors: SceneFactors, boxes: NDArray[np.float64], length: int
) -> tuple[tuple[int, int], NDArray[np.float64]]:
    """Return a picture's size and the shift of the boxes into it."""
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    width, height = right - left, bottom - top
    frame_height = max(height / draw(rng, factors.height_ratio), 1.03 * height, MIN_SIDE)
    aspect = FRAME_ASPECTS[min(length, len(FRAME_ASPECTS)) - 1] * draw(rng, factors.frame_aspect)
    frame_width = max(frame_height * aspect, 1.1 * width, MIN_SIDE)
    free = np.array([frame_width - width, frame_height - height])
    scale = np.array([frame_width, 2 * free[1]])
    off = np.array([draw(rng, factors.offset), draw(rng, factors.offset)]) * scale
    corner = np.clip(free / 2 + off, 0.02 * free, 0.98 * free)
    return (int(np.ceil(frame_height)), int(np.ceil(frame_width))), corner - [left, top]
