"""Measures the pictures and boxes that a detector is to be trained on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.benchmarks.padding import DIVISIBLE, resized_sizes
from digitdet.datasets.annotations import read_annotations
from digitdet.datasets.cleaning import clean

ANNOTATIONS = ("train.json", "train.json.gz")


@dataclass(frozen=True)
class Measurements:
    """The sizes of I pictures and their A boxes, cleaned as for training.

    Attributes:
        file: The annotation file.
        names: I files, relative to the picture folder.
        sizes: (I, 2) int64, height and width in pixels.
        counts: (I,) int64, boxes of each picture.
        boxes: (A, 4) float32, xyxy in pixels, ordered by picture; at least one.
    """

    file: Path
    names: list[str]
    sizes: NDArray[np.int64]
    counts: NDArray[np.int64]
    boxes: NDArray[np.float32]

    def resized(self, min_size: int, max_size: int) -> "Resized":
        """Return what a model with this input size makes of the pictures."""
        new = resized_sizes(self.sizes, min_size, max_size)
        picture = np.repeat(np.arange(len(self.sizes)), self.counts)
        ratio = new[picture].astype(np.float32) / self.sizes[picture].astype(np.float32)
        return Resized(
            magnification=new.min(axis=1) / self.sizes.min(axis=1),
            padded=-(-new // DIVISIBLE) * DIVISIBLE,
            boxes=(self.boxes * ratio[:, [1, 0, 1, 0]]).astype(np.float32),
            picture=picture,
        )


@dataclass(frozen=True)
class Resized:
    """I pictures and their A boxes at the size at which a model sees them.

    Attributes:
        magnification: (I,) float64, resized pixels for each pixel of the picture.
        padded: (I, 2) int64, height and width in pixels, as the model pads a picture alone.
        boxes: (A, 4) float32, xyxy in resized pixels.
        picture: (A,) int64, the picture of each box.
    """

    magnification: NDArray[np.float64]
    padded: NDArray[np.int64]
    boxes: NDArray[np.float32]
    picture: NDArray[np.int64]

    @property
    def heights(self) -> NDArray[np.float32]:
        """(A,), heights of the boxes in resized pixels."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def median(self) -> int:
        """The position of the picture whose padded area is the median."""
        area = self.padded.prod(axis=1)
        return int(np.argsort(area, kind="stable")[(len(area) - 1) // 2])


def measure(root: Path) -> Measurements:
    """Measure the training part of a data folder; no picture is opened.

    Args:
        root: The folder, in the homework's layout.

    Returns:
        The measurements.

    Raises:
        FileNotFoundError: If there is no annotation file.
        ValueError: If it is not as it has to be, or holds no box that can be trained on.
    """
    files = [root / name for name in ANNOTATIONS]
    file = next((file for file in files if file.exists()), files[0])
    annotations, cleaning = clean(read_annotations(file))
    if not len(annotations.boxes):
        left_out = f" ({cleaning})" if str(cleaning) else ""
        raise ValueError(f"{file}: has no box to train on{left_out}; advice is measured on boxes")
    return Measurements(
        file=file,
        names=annotations.file_names,
        sizes=annotations.sizes,
        counts=np.diff(annotations.offsets),
        boxes=annotations.boxes,
    )
