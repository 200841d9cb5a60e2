"""Index of a COCO annotation file: flat arrays, built once, no pictures needed."""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.categories import label_map


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

    def __len__(self) -> int:
        return len(self.image_ids)

    def of_image(self, position: int) -> slice:
        """Return where the boxes of the picture at a position lie."""
        return slice(int(self.offsets[position]), int(self.offsets[position + 1]))


@dataclass(frozen=True)
class Cleaning:
    """What `clean` changed: the ids of the annotations.

    Attributes:
        clipped: Boxes that reached outside their picture.
        empty: Boxes dropped for having no area inside their picture.
        crowd: Boxes dropped for being marked as a crowd.
    """

    clipped: list[int]
    empty: list[int]
    crowd: list[int]

    def __str__(self) -> str:
        done = (
            ("clipped to their picture", self.clipped),
            ("without area dropped", self.empty),
            ("marked as crowd dropped", self.crowd),
        )
        parts = [f"{len(ids)} {what} ({_some(ids, 'annotation')})" for what, ids in done if ids]
        return "; ".join(parts)


def _some(items: Sequence[Any], noun: str, most: int = 5) -> str:
    """Name the first few of many items."""
    text = ", ".join(map(str, items[:most]))
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return f"{noun}{'s' if len(items) > 1 else ''} {text}{more}"


def _load(file: Path) -> Mapping[str, Any]:
    opener: Callable[..., Any] = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as stream:
            content = json.load(stream)
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such annotation file") from None
    except (EOFError, OSError, RecursionError, ValueError, zlib.error) as error:
        raise ValueError(f"{file}: is not readable as JSON ({error})") from error
    if not isinstance(content, Mapping):
        raise ValueError(f"{file}: has to hold a JSON object, got {type(content).__name__}")
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
            raise ValueError(f"{where}[{position}] lacks {key!r}: {record!r:.200}")
        if not valid(record[key]):
            name = f" (id {record['id']!r})" if "id" in record else ""
            raise ValueError(f"{where}[{position}]{name}: {key!r} is {what}, got {record[key]!r}")
    return [record[key] for record in records]


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_size(value: Any) -> bool:
    return _is_int(value) and value > 0


def _is_bbox(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(type(v) in (int, float) and -1e9 < v < 1e9 for v in value)
    )


def _is_relative(value: Any) -> bool:
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    paths = PurePosixPath(value), PureWindowsPath(value)
    return not any(path.is_absolute() or path.drive or ".." in path.parts for path in paths)


def read_annotations(file: Path) -> Annotations:
    """Read and index a COCO annotation file.

    Args:
        file: A ``.json`` or ``.json.gz`` file.

    Returns:
        The index, boxes as published.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, lacks a key, or holds an invalid value, a repeated image id,
            an annotation of no picture, or a category that is not a digit's.
    """
    content = _load(file)
    labels = label_map(content["categories"], str(file))
    images, annotations = content["images"], content["annotations"]

    where = f"{file}: images"
    image_ids = _column(images, "id", where, _is_int, "an integer")
    inside = "a path inside the picture folder"
    file_names = _column(images, "file_name", where, _is_relative, inside)
    heights = _column(images, "height", where, _is_size, "a positive number of pixels")
    widths = _column(images, "width", where, _is_size, "a positive number of pixels")
    positions = {image_id: position for position, image_id in enumerate(image_ids)}
    if len(positions) < len(image_ids):
        repeated = next(i for p, i in enumerate(image_ids) if positions[i] != p)
        raise ValueError(f"{where}: the id {repeated} stands twice; ids have to be unique")

    where = f"{file}: annotations"
    boxes = _column(annotations, "bbox", where, _is_bbox, "four finite numbers [x, y, w, h]")
    named = f"the id of one of the file's categories ({sorted(labels)})"
    categories = _column(
        annotations, "category_id", where, lambda v: _is_int(v) and v in labels, named
    )
    owner = "the id of one of the file's images"
    owners = _column(annotations, "image_id", where, lambda v: _is_int(v) and v in positions, owner)
    marked = [a for a in annotations if "iscrowd" in a]
    _column(marked, "iscrowd", where, lambda v: type(v) in (bool, int) and v in (0, 1), "0 or 1")
    ids = [a["id"] if _is_int(a.get("id")) else p for p, a in enumerate(annotations)]

    picture = np.array([positions[owner] for owner in owners], dtype=np.int64)
    order = np.argsort(picture, kind="stable")
    xywh = np.array(boxes, dtype=np.float64).reshape(-1, 4)[order]
    xyxy = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1)
    return Annotations(
        file=file,
        image_ids=np.array(image_ids, dtype=np.int64),
        file_names=file_names,
        sizes=np.array([heights, widths], dtype=np.int64).T,
        offsets=np.concatenate([[0], np.cumsum(np.bincount(picture, minlength=len(images)))]),
        boxes=xyxy.astype(np.float32),
        labels=np.array([labels[c] for c in categories], dtype=np.int64)[order],
        iscrowd=np.array([bool(a.get("iscrowd", 0)) for a in annotations], dtype=bool)[order],
        annotation_ids=np.array(ids, dtype=np.int64)[order],
        category_ids={label: category_id for category_id, label in labels.items()},
    )


def clean(annotations: Annotations) -> tuple[Annotations, Cleaning]:
    """Make annotations fit for training: clip boxes to their picture, drop empty and crowd ones.

    Args:
        annotations: As published.

    Returns:
        The cleaned annotations and what was changed.
    """
    counts = np.diff(annotations.offsets)
    height, width = np.repeat(annotations.sizes, counts, axis=0).T.astype(np.float32)
    far = np.stack([width, height, width, height], axis=1)
    boxes = annotations.boxes.clip(0, far)
    empty = (boxes[:, 2:] <= boxes[:, :2]).any(axis=1) & ~annotations.iscrowd
    kept = ~(empty | annotations.iscrowd)
    clipped = (boxes != annotations.boxes).any(axis=1) & kept

    picture = np.repeat(np.arange(len(annotations)), counts)[kept]
    offsets = np.cumsum(np.bincount(picture, minlength=len(annotations)))
    cleaned = replace(
        annotations,
        offsets=np.concatenate([[0], offsets]),
        boxes=boxes[kept],
        labels=annotations.labels[kept],
        iscrowd=annotations.iscrowd[kept],
        annotation_ids=annotations.annotation_ids[kept],
    )
    ids = annotations.annotation_ids
    return cleaned, Cleaning(
        *(ids[mask].tolist() for mask in (clipped, empty, annotations.iscrowd))
    )
