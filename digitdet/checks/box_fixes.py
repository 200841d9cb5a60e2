"""Fixes of boxes."""

from collections.abc import Mapping, Sequence
from typing import Any

from digitdet.checks.edits import Change, Edit, replace_annotations
from digitdet.checks.findings import Problem
from digitdet.checks.records import Split, records, stated_size
from digitdet.datasets.values import is_bbox

Number = int | float


def to_xywh(split: Split, problems: Sequence[Problem]) -> Edit:
    """Convert all boxes of a file from corners."""
    changed = {
        position: _with_box(record, _from_corners(record["bbox"]))
        for position, record in records(split.annotations)
        if is_bbox(record.get("bbox"))
    }
    changes = [Change(p, f"converted {len(changed)} boxes to [x, y, w, h]") for p in problems]
    return replace_annotations(split, changed), changes


def clip(split: Split, problems: Sequence[Problem]) -> Edit:
    """Clip boxes to their picture; one that is implausible but inside stays as it is."""
    changed, changes = {}, []
    places = [
        (p, p.annotation, p.image)
        for p in problems
        if p.annotation is not None and p.image is not None
    ]
    for problem, position, image in places:
        record, size = split.annotations[position], stated_size(split.images[image])
        box = _clip(record["bbox"], size) if size else record["bbox"]
        if box != record["bbox"]:
            changed[position] = _with_box(record, box)
            changes.append(Change(problem, f"clipped {record['bbox']} to {box}"))
    return replace_annotations(split, changed), changes


def _from_corners(box: Sequence[Number]) -> list[Number]:
    x1, y1, x2, y2 = box
    return [x1, y1, x2 - x1, y2 - y1]


def _clip(box: Sequence[Number], size: tuple[int, int]) -> list[Number]:
    """Clip [x, y, w, h] to a picture of a width and height; integers stay such."""
    x, y, w, h = box
    width, height = size
    left, top = max(x, 0), max(y, 0)
    return [left, top, min(x + w, width) - left, min(y + h, height) - top]


def _with_box(record: Mapping[str, Any], box: Sequence[Number]) -> Mapping[str, Any]:
    """Return an annotation with another box, and the area that belongs to it."""
    area = {"area": box[2] * box[3]} if "area" in record else {}
    return {**record, "bbox": list(box), **area}
