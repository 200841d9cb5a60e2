"""Contrast of a picture's number, measured on the photograph."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from digitdet.console import track
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.evaluation.coco.arrays import FloatArray
from digitdet.evaluation.numbers import number_groups

UNKNOWN = -1.0
PERCENTILES = (5, 95)  # a box of 8 x 12 pixels may hold 4 that are off
_LUMA = np.array([299, 587, 114], dtype=np.int64)  # ITU-R BT.601, in thousandths
_WHITE = 255 * int(_LUMA.sum())


def number_contrast(image: NDArray[np.uint8], boxes: Tensor) -> float:
    """Measure how far light and dark are apart where a number stands.

    The contrast is the range of the luma from the 5th to the 95th percentile, as a share of the
    range from black to white: what `skimage.exposure.is_low_contrast` measures (there from the 1st
    to the 99th, of whole pictures).

    Args:
        image: (3, H, W), RGB.
        boxes: (N, 4), xyxy in pixels, of the number's digits; N is at least 1. The pixels of the
            smallest box around all of them are measured.

    Returns:
        0 to 1; -1 where the boxes leave the picture wholly.
    """
    size = np.array([image.shape[2], image.shape[1]])
    left, top = np.floor(boxes[:, :2].numpy().min(axis=0)).clip(0, size).astype(int)
    right, bottom = np.ceil(boxes[:, 2:].numpy().max(axis=0)).clip(0, size).astype(int)
    pixels = image[:, top:bottom, left:right]
    if not pixels.size:
        return UNKNOWN
    luma = np.tensordot(_LUMA, pixels, axes=1)
    dark, light = np.percentile(luma, PERCENTILES)
    return float((light - dark) / _WHITE)


def measure_contrasts(pictures: CocoDigits, truth: str = "file") -> FloatArray:
    """Measure the contrast of *the* number of each picture; each file is read once.

    Args:
        pictures: The photographs with their truth.
        truth: See `true_numbers`.

    Returns:
        (P,) float64, 0 to 1; -1 where a picture has no number, or it lies outside.

    Raises:
        ValueError: If a picture can't be read, or is not as large as the annotations say.
    """
    contrasts = np.full(len(pictures), UNKNOWN)
    for position in track(range(len(pictures)), "measuring contrasts"):
        image, target = pictures.pictures.read([position])[0]
        if groups := number_groups(target, truth):
            contrasts[position] = number_contrast(image.numpy(), target["boxes"][groups[0]])
    return contrasts
