"""Edits of a split's records: what a fix does, and the list of what was changed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitdet.checks.findings import Problem
from digitdet.checks.records import Split, records
from digitdet.datasets.json_files import short
from digitdet.datasets.values import is_int

POSITIONS = ("image", "annotation")


@dataclass(frozen=True)
class Change:
    """What was done about a problem.

    Attributes:
        problem: The problem; its positions are those of the time when it was fixed.
        change: What was done.
    """

    problem: Problem
    change: str

    def to_json(self) -> dict[str, Any]:
        """Return ``code``, ``where``, ``detail`` and ``change``."""
        where = {key: v for key, v in self.problem.where.items() if key not in POSITIONS}
        return {
            "code": self.problem.code,
            "where": where,
            "detail": self.problem.detail,
            "change": self.change,
        }


Edit = tuple[Split, list[Change]]


def replace_images(split: Split, changed: Mapping[int, Mapping[str, Any]]) -> Split:
    """Put other records in place of images, by position."""
    images = [changed.get(p, record) for p, record in enumerate(split.images)]
    return replace(split, images=images)


def replace_annotations(split: Split, changed: Mapping[int, Mapping[str, Any]]) -> Split:
    """Put other records in place of annotations, by position."""
    annotations = [changed.get(p, record) for p, record in enumerate(split.annotations)]
    return replace(split, annotations=annotations)


def remove_images(split: Split, positions: Collection[int]) -> Split:
    """Take images out, with the annotations and files that no image is left for."""
    images = [record for p, record in enumerate(split.images) if p not in positions]
    smaller = replace(split, images=images)
    gone = set(split.image_positions) - set(smaller.image_positions)
    orphans = {p for p, record in records(split.annotations) if _owner(record) in gone}
    files = set(split.names.values()) - set(smaller.names.values())
    return remove_files(remove_annotations(smaller, orphans), files)


def remove_annotations(split: Split, positions: Collection[int]) -> Split:
    """Take annotations out."""
    kept = [record for p, record in enumerate(split.annotations) if p not in positions]
    return replace(split, annotations=kept)


def remove_files(split: Split, names: Collection[str]) -> Split:
    """Take picture files out, which are then not copied."""
    if split.pictures is None:
        return split
    kept = {name: picture for name, picture in split.pictures.items() if name not in names}
    return replace(split, pictures=kept)


def drop_annotations(split: Split, problems: Sequence[Problem]) -> Edit:
    """Drop the annotation of each problem."""
    positions = {problem.annotation for problem in problems if problem.annotation is not None}
    changes = [Change(problem, "dropped the annotation") for problem in problems]
    return remove_annotations(split, positions), changes


def drop_pictures(split: Split, problems: Sequence[Problem]) -> Edit:
    """Drop the picture of each problem with all its boxes, lest a digit stays without a box.

    An annotation of no certain picture is dropped alone, a picture without record as file.
    """
    counts = Counter(_owner(record) for _, record in records(split.annotations))
    changes = []
    for problem in problems:
        if problem.image is not None:
            record = split.images[problem.image]
            owner = record.get("id") if isinstance(record, Mapping) else None
            boxes = counts[owner] if is_int(owner) else 0
            change = f"dropped the picture {short(problem.name)} with its boxes, {boxes}"
        elif problem.annotation is not None:
            change = "dropped the annotation"
        else:
            change = "left the file out"
        changes.append(Change(problem, change))
    alone = [problem for problem in problems if problem.image is None]
    split = remove_files(split, {p.name for p in alone if p.annotation is None})
    images = {problem.image for problem in problems if problem.image is not None}
    annotations = {p.annotation for p in alone if p.annotation is not None}
    return remove_images(remove_annotations(split, annotations), images), changes


def _owner(annotation: Mapping[str, Any]) -> int | None:
    image_id = annotation.get("image_id")
    return image_id if is_int(image_id) else None
