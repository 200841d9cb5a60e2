"""The truth of evaluated pictures as a COCO annotation file, to go with a saved ``pred.json``."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from digitdet.datasets.values import is_name
from digitdet.labels import DIGITS, digit_to_label
from digitdet.structures import Target


def to_annotations(
    targets: Sequence[Target],
    sizes: Mapping[int, tuple[int, int]],
    category_ids: Mapping[int, int] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the content of an annotation file.

    Args:
        targets: Those of the pictures, in their order.
        sizes: Image id -> height and width in pixels.
        category_ids: Label -> category id, as of `to_detections`; a label, which is digit + 1, is
            its own id if it is empty.
    """
    images = []
    boxes: list[dict[str, Any]] = []
    for target in targets:
        image_id = target["image_id"]
        height, width = sizes[image_id]
        name = _file_name(target)
        images.append({"id": image_id, "file_name": name, "height": height, "width": width})
        boxes += _boxes(target, len(boxes) + 1)
    labels = {digit: digit_to_label(int(digit)) for digit in DIGITS}
    categories = [{"id": category_ids.get(label, label), "name": d} for d, label in labels.items()]
    for box in boxes:
        box["category_id"] = category_ids.get(box["category_id"], box["category_id"])
    return {"images": images, "annotations": boxes, "categories": categories}


def _file_name(target: Target) -> str:
    """Return the name of a picture's file; of one that has none, what names it else."""
    name = PurePath(target["source"]).name
    return name if is_name(name) else str(target["image_id"])


def _boxes(target: Target, first_id: int) -> list[dict[str, Any]]:
    columns = (target["boxes"].tolist(), target["labels"].tolist(), target["iscrowd"].tolist())
    records = []
    for number, ((x1, y1, x2, y2), label, is_crowd) in enumerate(zip(*columns, strict=True)):
        record = {
            "id": first_id + number,
            "image_id": target["image_id"],
            "bbox": [x1, y1, x2 - x1, y2 - y1],
            "area": (x2 - x1) * (y2 - y1),
            "category_id": label,
            "iscrowd": int(is_crowd),
        }
        if "numbers" in target:
            record["number"] = int(target["numbers"][number])
        records.append(record)
    return records
