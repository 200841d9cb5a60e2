"""The pictures that a submission is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.annotations import read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.datasets.folders import assign_image_ids, list_images
from digitdet.datasets.sizes import read_size
from digitdet.labels import DIGITS, digit_to_label

Size = tuple[float, float]
UNKNOWN = (np.nan, np.nan)


@dataclass(frozen=True)
class Graded:
    """The I pictures that a submission has to be about.

    Attributes:
        name: The folder or annotation file that they were taken from.
        image_ids: (I,) int64.
        labels: Category id -> label, of all ten.
        size: Gives width and height in pixels of the picture at a position; NaN where it can't be
            read.
    """

    name: str
    image_ids: NDArray[np.int64]
    labels: Mapping[int, int]
    size: Callable[[int], Size]


def load_graded(path: Path) -> Graded:
    """Take pictures from a folder, or from an annotation file.

    Args:
        path: A folder of pictures, whose ids are as `ImageFolder` gives them and whose categories
            are digit + 1; or a COCO annotation file. Pictures are read only when a size is asked.

    Raises:
        FileNotFoundError: If it is not there, or the folder holds no picture.
        ValueError: If the annotation file is not as it has to be, or names of pictures are not.
    """
    if not path.is_dir():
        return _of_annotations(path)
    files = list_images(path)
    if not files:
        raise FileNotFoundError(f"{path}: holds no picture; name the folder that was predicted")
    image_ids, _ = assign_image_ids(files)
    labels = {label: label for label in (digit_to_label(int(digit)) for digit in DIGITS)}
    ids = np.array(image_ids, dtype=np.int64)
    return Graded(str(path), ids, labels, lambda position: _size(files[position]))


def _size(file: Path) -> Size:
    try:
        height, width = read_size(file)
    except (FileNotFoundError, ValueError):
        return UNKNOWN
    return width, height


def _of_annotations(path: Path) -> Graded:
    annotations = read_annotations(path)
    category_ids = complete_category_ids(annotations.category_ids)
    labels = {category_id: label for label, category_id in category_ids.items()}
    sizes = annotations.sizes[:, ::-1].tolist()
    return Graded(str(path), annotations.image_ids, labels, lambda position: tuple(sizes[position]))
