"""The records of an annotation file as they stand, right or wrong, and their pictures."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.checks.findings import Problem
from digitdet.checks.pictures import Picture
from digitdet.datasets.values import is_bbox, is_int, is_name, is_size


@dataclass(frozen=True)
class Boxes:
    """The B annotations of a split that have a usable box and exactly one picture.

    Attributes:
        positions: (B,) int64, positions in the file's annotations.
        images: (B,) int64, positions in the file's images.
        xywh: (B, 4) float64, as the file has them.
        sizes: (B, 2) float64, stated width and height of the picture; NaN where unusable.
    """

    positions: NDArray[np.int64]
    images: NDArray[np.int64]
    xywh: NDArray[np.float64]
    sizes: NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Pictures of a folder, and what an annotation file says of them.

    Attributes:
        name: Name of the folder.
        source: Name of the annotation file, or of the folder where there is none.
        folder: The folder of the pictures.
        images: The file's records, as read; anything.
        annotations: The same.
        categories: The same.
        rest: The file's other keys.
        pictures: What the folder holds, by name relative to it; None if it was not looked at.
    """

    name: str
    source: str
    folder: Path
    images: list[Any] = field(default_factory=list)
    annotations: list[Any] = field(default_factory=list)
    categories: list[Any] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Picture] | None = None

    @property
    def is_labelled(self) -> bool:
        """Whether there is an annotation file."""
        return self.source != self.name

    @cached_property
    def image_positions(self) -> dict[int, list[int]]:
        """Where the records of each usable image id lie."""
        positions: dict[int, list[int]] = {}
        for position, image in records(self.images):
            if is_int(image.get("id")):
                positions.setdefault(image["id"], []).append(position)
        return positions

    @cached_property
    def names(self) -> dict[int, str]:
        """Position and normalised file name of each image record that has a safe one."""
        return {
            position: PurePosixPath(image["file_name"]).as_posix()
            for position, image in records(self.images)
            if is_name(image.get("file_name"))
        }

    @cached_property
    def last_parts(self) -> Counter[str]:
        """How many image records have a file name of a last part."""
        return Counter(last_part(image.get("file_name")) for _, image in records(self.images))

    def picture(self, position: int) -> Picture | None:
        """Return the picture of an image record; None if there is none, or it was not read."""
        return (self.pictures or {}).get(self.names.get(position, ""))

    @cached_property
    def boxes(self) -> Boxes:
        """The usable boxes."""
        owners = {i: found[0] for i, found in self.image_positions.items() if len(found) == 1}
        rows = [
            (position, owners[record["image_id"]], record["bbox"])
            for position, record in records(self.annotations)
            if is_bbox(record.get("bbox"))
            and is_int(record.get("image_id"))
            and record["image_id"] in owners
        ]
        sizes = {image: stated_size(self.images[image]) for _, image, _ in rows}
        stated = [sizes[image] or (np.nan, np.nan) for _, image, _ in rows]
        return Boxes(
            positions=np.array([row[0] for row in rows], dtype=np.int64),
            images=np.array([row[1] for row in rows], dtype=np.int64),
            xywh=np.array([row[2] for row in rows], dtype=np.float64).reshape(-1, 4),
            sizes=np.array(stated, dtype=np.float64).reshape(-1, 2),
        )


def records(values: Sequence[Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield position and record of those that are objects."""
    return ((p, value) for p, value in enumerate(values) if isinstance(value, Mapping))


def last_part(name: Any) -> str:
    """Return the last part of a file name, with either separator; empty if it is none."""
    return re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""


def stated_size(image: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return a picture's stated width and height; None if one is unusable."""
    width, height = image.get("width"), image.get("height")
    return (width, height) if is_size(width) and is_size(height) else None


def repeated(values: Sequence[Any]) -> dict[Any, list[int]]:
    """Return the positions of each value that stands more than once."""
    counts = Counter(values)
    positions: dict[Any, list[int]] = {}
    for position, value in enumerate(values):
        if counts[value] > 1:
            positions.setdefault(value, []).append(position)
    return positions


def image_problem(split: Split, position: int, code: str, detail: str) -> Problem:
    """Make a problem of a picture."""
    record = split.images[position]
    record = record if isinstance(record, Mapping) else {}
    image_id, name = record.get("id"), record.get("file_name")
    return Problem(code, split.source, detail, image=position, image_id=image_id, name=name)


def annotation_problem(split: Split, position: int, code: str, detail: str) -> Problem:
    """Make a problem of an annotation, with its picture if that is one."""
    record = split.annotations[position]
    record = record if isinstance(record, Mapping) else {}
    image_id = record.get("image_id")
    owners = split.image_positions.get(image_id, []) if is_int(image_id) else []
    image = owners[0] if len(owners) == 1 else None
    return Problem(
        code,
        split.source,
        detail,
        image=image,
        annotation=position,
        image_id=image_id,
        annotation_id=record.get("id"),
        name=split.images[image].get("file_name") if image is not None else None,
    )
