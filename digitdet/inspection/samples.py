"""Measures samples as a data set yields them: their geometry, colour, contrast and sharpness."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from digitdet.datasets.annotations import Annotations
from digitdet.inspection.distributions import Distributions, measure_distributions
from digitdet.structures import Target

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: grey levels of R, G, B
RING = 0.25  # of a box's height: how far its surroundings reach


@dataclass(frozen=True)
class PictureStatistics:
    """Measurements of the pixels of I pictures with A boxes; NaN where there is nothing to measure.

    Attributes:
        colors: (I, 3) float64, mean red, green and blue, 0 to 255.
        box_deviations: (I,) float64, standard deviation of the grey levels within all boxes.
        ground_deviations: (I,) float64, the same outside all boxes.
        gradients: (I,) float64, mean magnitude of the grey gradient within all boxes, grey levels
            a pixel.
        digit_contrasts: (A,) float64, grey level of a digit's ink minus that of its ground: light
            digits are positive. Ink and ground are the sides of Otsu's threshold within the box;
            the ground is the one nearer to the median around the box.
        edge_widths: (A,) float64, contrast over the 95th percentile of the gradient's magnitude
            in the box: pixels that an edge takes, about.
    """

    colors: NDArray[np.float64]
    box_deviations: NDArray[np.float64]
    ground_deviations: NDArray[np.float64]
    gradients: NDArray[np.float64]
    digit_contrasts: NDArray[np.float64]
    edge_widths: NDArray[np.float64]


def measure_samples(samples: Iterable[tuple[Tensor, Target]]) -> Distributions:
    """Measure the pictures, boxes and digits of samples, in memory, as those of a file are.

    Args:
        samples: Images, (3, H, W), and their targets.

    Returns:
        The measurements.
    """
    sizes: list[tuple[int, ...]] = []
    boxes, labels = [torch.zeros(0, 4)], [torch.zeros(0, dtype=torch.int64)]
    for image, target in samples:
        sizes.append(tuple(image.shape[-2:]))
        boxes.append(target["boxes"].as_subclass(Tensor).reshape(-1, 4))
        labels.append(target["labels"])
    counts = [len(part) for part in labels]
    annotations = Annotations(
        file=Path(),
        image_ids=np.arange(len(sizes)),
        file_names=[""] * len(sizes),
        sizes=np.array(sizes, dtype=np.int64).reshape(-1, 2),
        offsets=np.cumsum(counts),
        boxes=torch.cat(boxes).numpy(),
        labels=torch.cat(labels).numpy(),
        iscrowd=np.zeros(sum(counts), dtype=bool),
        annotation_ids=np.arange(sum(counts)),
        category_ids={},
    )
    return measure_distributions(annotations)


def measure_pictures(samples: Iterable[tuple[Tensor, Target]]) -> PictureStatistics:
    """Measure the colour, contrast and sharpness of samples.

    Args:
        samples: Images, (3, H, W), uint8 or float from 0 to 1, and their targets.

    Returns:
        The measurements.
    """
    pictures: list[tuple[float, ...]] = []
    digits: list[tuple[float, float]] = []
    for image, target in samples:
        picture, of_digits = _measure_picture(image, target["boxes"].tolist())
        pictures.append(picture)
        digits += of_digits
    table = np.array(pictures, dtype=np.float64).reshape(-1, 6)
    pairs = np.array(digits, dtype=np.float64).reshape(-1, 2)
    return PictureStatistics(
        colors=table[:, :3],
        box_deviations=table[:, 3],
        ground_deviations=table[:, 4],
        gradients=table[:, 5],
        digit_contrasts=pairs[:, 0],
        edge_widths=pairs[:, 1],
    )


def _measure_picture(
    image: Tensor, boxes: list[list[float]]
) -> tuple[tuple[float, ...], list[tuple[float, float]]]:
    """Return the six figures of a picture, and two of each box."""
    pixels = _grey_levels(image)
    grey = np.einsum("c,chw->hw", LUMA, pixels)
    steepness = _gradient_magnitude(grey)
    parts = [_pixel_box(box, grey.shape) for box in boxes]
    inside = np.zeros(grey.shape, dtype=bool)
    for part in parts:
        inside[part] = True
    within, outside = inside.any(), not inside.all()
    picture = (
        *pixels.mean(axis=(1, 2)).tolist(),
        float(grey[inside].std()) if within else np.nan,
        float(grey[~inside].std()) if outside else np.nan,
        float(steepness[inside].mean()) if within else np.nan,
    )
    return picture, [_measure_digit(grey, steepness, inside, part) for part in parts]


def _grey_levels(image: Tensor) -> NDArray[np.float64]:
    """Return (3, H, W), 0 to 255."""
    scale = 255.0 if image.is_floating_point() else 1.0
    return image.as_subclass(Tensor).numpy().astype(np.float64) * scale


def _gradient_magnitude(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(grey, 1, mode="edge")
    down, right = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
    return np.hypot(down, right) / 2


def _pixel_box(box: list[float], shape: tuple[int, ...], grow: float = 0) -> tuple[slice, slice]:
    """Return the rows and columns that a box, xyxy, covers, grown by a number of pixels."""
    x1, y1, x2, y2 = box
    tops = np.floor(np.clip([y1 - grow, x1 - grow], 0, shape)).astype(int).tolist()
    ends = np.ceil(np.clip([y2 + grow, x2 + grow], 0, shape)).astype(int).tolist()
    return slice(tops[0], ends[0]), slice(tops[1], ends[1])


def _measure_digit(
    grey: NDArray[np.float64],
    steepness: NDArray[np.float64],
    inside: NDArray[np.bool_],
    box: tuple[slice, slice],
) -> tuple[float, float]:
    """Measure the contrast of one digit with its ground, and the width of its edges in pixels."""
    rows, columns = box
    grow = RING * (rows.stop - rows.start)
    bounds = [float(v) for v in (columns.start, rows.start, columns.stop, rows.stop)]
    ring = _pixel_box(bounds, grey.shape, grow)
    around = grey[ring][~inside[ring]]
    content = grey[box].ravel()
    if not len(around) or len(content) < 2:
        return np.nan, np.nan
    dark, light = _split_levels(content)
    ground = float(np.median(around))
    contrast = light - dark if abs(ground - dark) <= abs(ground - light) else dark - light
    steepest = float(np.percentile(steepness[box], 95))
    return contrast, abs(contrast) / steepest if steepest else np.nan


def _split_levels(values: NDArray[np.float64]) -> tuple[float, float]:
    """Split grey levels by Otsu's threshold (Otsu 1979) and return the mean of each side."""
    ordered = np.sort(values)
    counts = np.arange(1, len(ordered))
    sums = np.cumsum(ordered)
    low = sums[:-1] / counts
    high = (sums[-1] - sums[:-1]) / (len(ordered) - counts)
    best = int(np.argmax(counts * (len(ordered) - counts) * (high - low) ** 2))
    return float(low[best]), float(high[best])
