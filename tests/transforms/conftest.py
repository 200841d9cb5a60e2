"""Pictures of masks whose extent is known, to compare boxes with pixels."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torchvision import tv_tensors

Sample = tuple[Any, Any]
SHARPNESS = 8  # each pixel is the mean of 8 x 8 points


def _inside(kind: str, box: Sequence[float], size: tuple[int, int]) -> Any:
    """The share of each pixel that a mask covers, (H, W)."""
    height, width = size
    x = (np.arange(width * SHARPNESS) + 0.5) / SHARPNESS
    y = (np.arange(height * SHARPNESS)[:, None] + 0.5) / SHARPNESS
    across = np.abs(2 * x - box[0] - box[2]) / (box[2] - box[0])
    down = np.abs(2 * y - box[1] - box[3]) / (box[3] - box[1])
    inside = across**2 + down**2 <= 1 if kind == "ellipse" else np.maximum(across, down) <= 1
    return inside.reshape(height, SHARPNESS, width, SHARPNESS).mean(axis=(1, 3))


@pytest.fixture(scope="session")
def draw_masks() -> Callable[..., Sample]:
    """Returns a function that draws up to three digits' masks, white, each in its own channel.

    Box number n has label n + 1 and lies in channel n; a single one is drawn in all channels.
    """

    def draw(kind: str, boxes: Sequence[Sequence[float]], size: tuple[int, int]) -> Sample:
        pixels = np.zeros((3, *size), dtype=np.uint8)
        for channel, box in enumerate(boxes):
            pixels[channel] = np.round(255 * _inside(kind, box, size))
        if len(boxes) == 1:
            pixels[:] = pixels[:1]
        return tv_tensors.Image(torch.from_numpy(pixels)), {
            "image_id": 1,
            "boxes": tv_tensors.BoundingBoxes(
                torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
                format="XYXY",
                canvas_size=size,
            ),
            "labels": torch.arange(1, len(boxes) + 1),
            "iscrowd": torch.zeros(len(boxes), dtype=torch.bool),
            "source": "masks.png",
        }

    return draw


@pytest.fixture(scope="session")
def digit_row() -> Callable[[tuple[int, int]], list[list[float]]]:
    """Returns a function that lays three boxes as SVHN's, loose and of one height, in a picture."""

    def lay(size: tuple[int, int]) -> list[list[float]]:
        height, width = size
        tall = 0.55 * height
        wide = min(0.5 * tall, 0.25 * width)
        lefts = [0.5 * width + (number - 1.5) * 1.1 * wide for number in range(3)]
        return [[left, 0.2 * height, left + wide, 0.2 * height + tall] for left in lefts]

    return lay


@pytest.fixture(scope="session")
def extent() -> Callable[[Any], Any]:
    """Returns a function that measures where a channel is brighter than half, xyxy in pixels."""

    def measure(channel: Any) -> Any:
        pixels = channel.numpy().astype(np.float64)
        bright = pixels >= (pixels.min() + pixels.max()) / 2
        columns, rows = np.nonzero(bright.any(axis=0))[0], np.nonzero(bright.any(axis=1))[0]
        return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)

    return measure
