"""How well boxes are reached by the anchors of a feature pyramid, on all places of its maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torchvision.models.detection.anchor_utils import AnchorGenerator

from digitdet.advice.measurements import Resized

IOUS = (0.5, 0.7)
MISSED = 10  # a box that no anchor reaches at .5 counts as so many that none reaches at .7


@dataclass(frozen=True)
class Anchors:
    """The anchors of each place of each feature map, as a config states them.

    Attributes:
        sizes: Of each feature map, finest first: square roots of areas, in resized pixels.
        ratios: Height over width.
    """

    sizes: tuple[tuple[int, ...], ...]
    ratios: tuple[float, ...]


# torchvision's own, of fasterrcnn_resnet50_fpn_v2.
STOCK = Anchors(((32,), (64,), (128,), (256,), (512,)), (0.5, 1.0, 2.0))


def shapes_of(sizes: Sequence[int], ratios: Sequence[float]) -> NDArray[np.float32]:
    """Return the shapes of anchors as torchvision makes them, rounded to pixels.

    Args:
        sizes: S square roots of areas.
        ratios: R heights over widths.

    Returns:
        (R, S, 2) float32, width and height in pixels.
    """
    (cells,) = AnchorGenerator((tuple(sizes),), (tuple(ratios),)).cell_anchors
    sides: NDArray[np.float32] = (cells[:, 2:] - cells[:, :2]).numpy()
    return sides.reshape(len(ratios), len(sizes), 2)


def place_ious(resized: Resized, stride: int, shapes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the IoU of each box with each anchor shape, on the best place of one feature map.

    The overlap is the product of those of the sides, and each is greatest in the column or row
    whose centre is nearest. Anchors reach out of the picture, as they do in training.

    Args:
        resized: Pictures with A boxes.
        stride: Pixels between places of the map, as the backbone has it; where a padded side is
            no multiple of it, torchvision takes the side over the places, rounded down.
        shapes: (..., 2) float32, width and height.

    Returns:
        (..., A) float32.
    """
    places = -(-resized.padded // stride)
    step = (resized.padded // places)[resized.picture]
    last = places[resized.picture] - 1
    centre = (resized.boxes[:, 2:] + resized.boxes[:, :2]) / 2
    side = resized.boxes[:, 2:] - resized.boxes[:, :2]
    overlap = 1.0
    for axis, across in enumerate((1, 0)):  # sizes are height and width, boxes are x and y
        index = np.rint(centre[:, axis] / step[:, across]).clip(0, last[:, across])
        distance = np.abs(centre[:, axis] - index * step[:, across]).astype(np.float32)
        length = shapes[..., axis, None]
        shared = np.minimum(
            np.minimum(length, side[:, axis]), (length + side[:, axis]) / 2 - distance
        )
        overlap = overlap * shared.clip(0)
    union = shapes.prod(axis=-1)[..., None] + side.prod(axis=1) - overlap
    return (overlap / union).astype(np.float32)


def best_ious(resized: Resized, strides: Sequence[int], anchors: Anchors) -> NDArray[np.float32]:
    """Return the IoU of each box with the anchor that fits it best.

    Args:
        resized: Pictures with A boxes.
        strides: Of the feature maps, finest first, in pixels.
        anchors: Of as many feature maps.

    Returns:
        (A,) float32.
    """
    best = np.zeros(len(resized.boxes), dtype=np.float32)
    for stride, sizes in zip(strides, anchors.sizes, strict=True):
        for shape in shapes_of(sizes, anchors.ratios).reshape(-1, 2):
            best = np.maximum(best, place_ious(resized, stride, shape))
    return best


def recalls(ious: NDArray[np.float32]) -> tuple[float, float]:
    """Return the shares of boxes that an anchor reaches at the IoUs .5 and .7.

    At .7 an anchor trains the RPN to find the box; below, only the box's best one does.

    Args:
        ious: (A,), see `best_ious`; not empty.
    """
    low, high = (float((ious >= threshold).mean()) for threshold in IOUS)
    return low, high


def weigh(low: Any, high: Any) -> Any:
    """Add up recalls at the IoUs .5 and .7, numbers or arrays of them, so that more is better."""
    return MISSED * low + high
