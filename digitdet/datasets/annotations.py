"""Index of a COCO annotation file: flat arrays, built once, no pictures needed."""

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.categories import label_map
from digitdet.datasets.json_files import read_json, short
from digitdet.datasets.values import (
    is_bbox,
    is_flag,
    is_int,
    is_int_or_none,
    is_name,
    is_size,
)


@dataclass(frozen=True)
class Annotations:
    """The annotations of I pictures with A boxes, ordered by picture, then as in the file.

    Attributes:
        file: The annotation file.
        image_ids: (I,) int64.
        file_names: I names, relative to the picture folder.
        sizes: (I, 2) int64, stated height and width in pixels.
        offsets: (I + 1,) int64; boxes ``offsets[i]`` to ``offsets[i + 1]`` are those of picture i.
        boxes: (A, 4) float32, xyxy in pixels, as published.
        labels: (A,) int64, 1 to 10 (digit + 1).
        iscrowd: (A,) bool.
        annotation_ids: (A,) int64; an annotation without id has its position in the file.
        category_ids: Label -> the file's own category id.
        numbers: (A,) int64, the number of the picture that a digit belongs to, from 0; None where
            the file does not say.
    """

    file: Path
    image_ids: NDArray[np.int64]
    file_names: list[str]
    sizes: NDArray[np.int64]
    offsets: NDArray[np.int64]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    iscrowd: NDArray[np.bool_]
    annotation_ids: NDArray[np.int64]
    category_ids: dict[int, int]
    numbers: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.image_ids)

    def of_image(self, position: int) -> slice:
        """Return where the boxes of the picture at a position lie."""
        return slice(int(self.offsets[position]), int(self.offsets[position + 1]))


def load_coco(file: Path) -> Mapping[str, Any]:
    """Read a COCO file; its three lists are there, what they hold is not checked."""
    content = read_json(file, "annotation file")
    if not isinstance(content, Mapping):
        hint = ", as predictions are: are two files swapped?" if isinstance(content, list) else ""
        kind = type(content).__name__
        raise ValueError(f"{file}: an annotation file has to hold a JSON object, got {kind}{hint}")
    for key in ("images", "annotations", "categories"):
        if not isinstance(content.get(key), list):
            raise ValueError(f"{file}: needs the list {key!r} (COCO format)")
    return content


def _column(
    records: Sequence[Any], key: str, where: str, valid: Callable[[Any], bool], what: str
) -> list[Any]:
    """Take one key of each record; the first that lacks it or holds no valid value is an error."""
    for position, record in enumerate(records):
        if not isinstance(record, Mapping) or key not in record:
            raise ValueError(f"{where}[{position}] lacks {key!r}: {short(record)}")
    _check_given(records, key, where, valid, what)
    return [record[key] for record in records]


def _check_given(
    records: Sequence[Mapping[str, Any]],
    key: str,
    where: str,
    valid: Callable[[Any], bool],
    what: str,
) -> None:
    """Check one key of the records that have it."""
    for position, record in enumerate(records):
        if key in record and not valid(record[key]):
            name = f" (id {short(record['id'])})" if "id" in record else ""
            got = short(record[key])
            raise ValueError(f"{where}[{position}]{name}: {key!r} is {what}, got {got}")


def read_images(images: list[Any], where: str) -> tuple[list[int], list[str], list[list[int]]]:
    """Check the pictures; return their ids, file names, and heights and widths."""
    ids = _column(images, "id", where, is_int, "an integer")
    inside = "a path inside the picture folder, in printable characters"
    names = _column(images, "file_name", where, is_name, inside)
    sizes = [
        _column(images, key, where, is_size, "a positive number of pixels")
        for key in ("height", "width")
    ]
    repeated = [i for i, count in Counter(ids).items() if count > 1]
    if repeated:
        raise ValueError(f"{where}: the id {repeated[0]} stands twice; ids have to be unique")
    return ids, names, sizes


def check_boxes(boxes: list[Any], where: str, images: Container[int], ids: list[int]) -> None:
    """Check the annotations: boxes, references to image and category ids, and what is optional."""
    _column(boxes, "bbox", where, is_bbox, "four finite numbers [x, y, w, h]")
    named = f"the id of one of the file's categories ({ids})"
    _column(boxes, "category_id", where, lambda v: is_int(v) and v in ids, named)
    owner = "the id of one of the file's images"
    _column(boxes, "image_id", where, lambda v: is_int(v) and v in images, owner)
    _check_given(boxes, "iscrowd", where, is_flag, "0 or 1")
    _check_given(boxes, "number", where, is_int_or_none, "an integer or left out")


def read_annotations(file: Path) -> Annotations:
    """Read and index a COCO annotation file.

    Args:
        file: A ``.json`` or ``.json.gz`` file.

    Returns:
        The index, boxes as published. Where an annotation has a ``number``, each picture's numbers
        are counted from 0 by it; digits without are one more number, the last.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, lacks a key, or holds an invalid value, a repeated image id,
            an annotation of no picture, or a category that is not a digit's.
    """
    content = load_coco(file)
    labels = label_map(content["categories"], str(file))
    image_ids, file_names, sizes = read_images(content["images"], f"{file}: images")
    positions = {image_id: position for position, image_id in enumerate(image_ids)}
    boxes = content["annotations"]
    check_boxes(boxes, f"{file}: annotations", positions, sorted(labels))

    picture = np.array([positions[box["image_id"]] for box in boxes], dtype=np.int64)
    order = np.argsort(picture, kind="stable")
    xywh = np.array([box["bbox"] for box in boxes], dtype=np.float64).reshape(-1, 4)[order]
    xyxy = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1)
    ids = [box["id"] if is_int(box.get("id")) else p for p, box in enumerate(boxes)]
    return Annotations(
        file=file,
        image_ids=np.array(image_ids, dtype=np.int64),
        file_names=file_names,
        sizes=np.array(sizes, dtype=np.int64).T,
        offsets=np.concatenate([[0], np.cumsum(np.bincount(picture, minlength=len(image_ids)))]),
        boxes=xyxy.astype(np.float32),
        labels=np.array([labels[box["category_id"]] for box in boxes], dtype=np.int64)[order],
        iscrowd=np.array([bool(box.get("iscrowd", 0)) for box in boxes], dtype=bool)[order],
        annotation_ids=np.array(ids, dtype=np.int64)[order],
        category_ids={label: category_id for category_id, label in labels.items()},
        numbers=_count_numbers([boxes[row].get("number") for row in order], picture[order]),
    )


def _count_numbers(
    stated: Sequence[int | None], picture: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Count the numbers of each picture by what its boxes state; those that state none are one."""
    is_absent = np.array([number is None for number in stated], dtype=np.int64)
    if is_absent.all():
        return None
    values = np.array([number or 0 for number in stated], dtype=np.int64)
    rows = np.stack([picture, is_absent, values], axis=1)
    numbers, rank = np.unique(rows, axis=0, return_inverse=True)
    ranks: NDArray[np.int64] = rank.reshape(-1) - np.searchsorted(numbers[:, 0], picture)
    return ranks
