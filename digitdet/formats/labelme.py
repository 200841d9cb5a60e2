"""Labelme: a JSON file for each picture, with drawn shapes."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from digitdet.datasets.json_files import read_json, short
from digitdet.datasets.sizes import check_size
from digitdet.datasets.values import is_size
from digitdet.formats.layout import (
    assign_splits,
    list_files,
    pair,
)
from digitdet.formats.pictures import XYXY, Box, Collection
from digitdet.formats.reading import count_left_out, read_collection
from digitdet.formats.values import parse_number

POLYGON = "polygons read as their bounding boxes"


def read_labelme(root: Path) -> Collection:
    """Read a folder of labelme's JSON files.

    A picture's shapes are in the JSON file of its stem, beside it or in ``annotations``. The splits
    are those that folders name. A picture without JSON has no digits; a split without any is not
    labelled.

    Args:
        root: The folder, resolved.

    Raises:
        ValueError: If a file is not as it has to be; the message names file and shape.
    """
    files = list_files(root)
    pictures, beside = assign_splits(files)
    labels, orphans = pair(pictures, [file for file in files if file.suffix.lower() == ".json"])
    result = read_collection(root, pictures, labels, _read_boxes, kind="JSON", remark=POLYGON)
    result.left_out = count_left_out(beside, len(orphans))
    return result


def _read_boxes(file: Path, picture: Path, size: tuple[int, int]) -> tuple[tuple[Box, ...], int]:
    """Return the boxes of a file, and how many of them were polygons."""
    content = read_json(file, "annotation file")
    if not isinstance(content, Mapping) or not isinstance(content.get("shapes"), list):
        raise ValueError(f"{file}: is no file of labelme, it lacks the list 'shapes'")
    name = content.get("imagePath")
    if isinstance(name, str) and PurePath(name.replace("\\", "/")).name != picture.name:
        raise ValueError(f"{file}: is of the picture {short(name)}, but {picture.name} lies there")
    height, width = content.get("imageHeight"), content.get("imageWidth")
    if is_size(height) and is_size(width):  # labelme leaves them open at times
        check_size((height, width), size, picture, str(file))
    boxes = tuple(_box(shape, f"{file}: shapes[{p}]") for p, shape in enumerate(content["shapes"]))
    return boxes, sum(_kind(shape) == "polygon" for shape in content["shapes"])


def _kind(shape: Mapping[str, Any]) -> Any:
    """Return what a shape is; labelme's first versions drew polygons alone and did not say so."""
    return shape.get("shape_type", "polygon")


def _box(shape: Any, where: str) -> Box:
    if not isinstance(shape, Mapping) or not isinstance(shape.get("label"), str | int):
        raise ValueError(f"{where}: needs 'label', a text, got {short(shape)}")
    kind = _kind(shape)
    if kind not in ("rectangle", "polygon"):
        raise ValueError(
            f"{where}: is a {short(kind)}; rectangles and polygons are read, draw one instead"
        )
    points = shape.get("points")
    least = 2 if kind == "rectangle" else 3
    if not isinstance(points, list) or len(points) < least:
        raise ValueError(f"{where}: a {kind} has at least {least} points, got {short(points)}")
    return Box(str(shape["label"]).strip(), _edges(points, where))


def _edges(points: list[Any], where: str) -> XYXY:
    """Return the edges of the box around points."""
    pairs = []
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise ValueError(f"{where}: a point is [x, y], got {short(point)}")
        pairs.append([parse_number(value, where, "a coordinate") for value in point])
    xs, ys = zip(*pairs, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
