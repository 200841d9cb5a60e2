"""Fixes of values, names and ids."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from digitdet.checks.edits import (
    Change,
    Edit,
    drop_pictures,
    remove_images,
    replace_annotations,
    replace_images,
)
from digitdet.checks.findings import Problem
from digitdet.checks.record_checks import annotation_faults, image_faults
from digitdet.checks.records import Split, last_part, records, stated_size
from digitdet.datasets.json_files import short
from digitdet.datasets.values import is_int, is_name

Record = Mapping[str, Any]
INTEGERS = ("id", "image_id", "category_id", "width", "height", "iscrowd", "number")


def mend_records(split: Split, problems: Sequence[Problem]) -> Edit:
    """Read numbers written as text, find names and sizes by the pictures; drop what stays wrong."""
    images: dict[int, Record] = {}
    annotations: dict[int, Record] = {}
    changes, wrong = [], []
    for problem in problems:
        if problem.annotation is not None:
            old = split.annotations[problem.annotation]
            new = _mend_numbers(old)
            faults, mended, position = annotation_faults(new), annotations, problem.annotation
        elif problem.image is not None:
            old = split.images[problem.image]
            new = _mend_image(split, old)
            faults, mended, position = image_faults(new), images, problem.image
        if any(faults):
            wrong.append(problem)
        else:
            mended[position] = new
            changes.append(Change(problem, _difference(old, new)))
    split = replace_annotations(replace_images(split, images), annotations)
    split, dropped = drop_pictures(split, wrong)
    return split, [*changes, *dropped]


def _mend_image(split: Split, record: Any) -> Any:
    """Return a record with numbers as such, a name that is there, and the picture's size."""
    if not isinstance(record, Mapping):
        return record
    record = _mend_numbers(record)
    name = record.get("file_name")
    if not is_name(name):
        name = find_name(split, name)
    picture = (split.pictures or {}).get(name or "")
    if name:
        record = {**record, "file_name": name}
    if picture and picture.size and not stated_size(record):
        record = {**record, "width": picture.size[0], "height": picture.size[1]}
    return record


def find_name(split: Split, name: Any) -> str | None:
    """Find the picture that the last part of a name means, unless other records end alike."""
    last = last_part(name)
    is_sure = last in (split.pictures or {}) and split.last_parts[last] == 1
    return last if is_sure else None


def _mend_numbers(record: Any) -> Any:
    """Return a record with numbers for those written as text, and whole ones as integers."""
    if not isinstance(record, Mapping):
        return record
    mended = {key: _to_integer(v) if key in INTEGERS else v for key, v in record.items()}
    if isinstance(record.get("bbox"), list):
        mended["bbox"] = [_to_number(value) for value in record["bbox"]]
    return mended


def _to_number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _to_integer(value: Any) -> Any:
    number = _to_number(value)
    if isinstance(number, float) and math.isfinite(number) and number == int(number):
        # By way of a float, large ids would be rounded.
        return int(value) if isinstance(value, str) and value.strip().isdecimal() else int(number)
    return value


def _difference(old: Record, new: Record) -> str:
    changed = [f"{key!r} to {short(v)}" for key, v in new.items() if old.get(key) != v]
    return f"set {', '.join(changed)}"


def drop_repeated_ids(split: Split, problems: Sequence[Problem]) -> Edit:
    """Drop a record that stands twice, else all pictures of the id."""
    changes = []
    gone: set[int] = set()
    for problem in problems:
        positions = split.image_positions[problem.image_id]
        if all(split.images[p] == split.images[positions[0]] for p in positions):
            gone |= set(positions[1:])
            changes.append(Change(problem, "dropped the record, which stands before"))
        else:
            gone |= set(positions)
            changes.append(Change(problem, "dropped all pictures of this id with their boxes"))
    return remove_images(split, gone), changes


def merge_names(split: Split, problems: Sequence[Problem]) -> Edit:
    """List each picture once, with all its boxes."""
    first: dict[str, int] = {}
    for position, name in split.names.items():
        first.setdefault(name, split.images[position]["id"])
    owners = {problem.image_id: first[split.names[problem.image or 0]] for problem in problems}
    moved = {
        position: {**record, "image_id": owners[record["image_id"]]}
        for position, record in records(split.annotations)
        if is_int(record.get("image_id")) and record["image_id"] in owners
    }
    merged = replace_annotations(split, moved)
    changes = [
        Change(problem, f"moved its boxes to the picture {owners[problem.image_id]}")
        for problem in problems
    ]
    return remove_images(merged, {problem.image or 0 for problem in problems}), changes


def number_annotations(split: Split, problems: Sequence[Problem]) -> Edit:
    """Give annotations ids that no other has."""
    ids = (record.get("id") for _, record in records(split.annotations))
    used = {annotation_id for annotation_id in ids if is_int(annotation_id)}
    free = (number for number in itertools.count(1) if number not in used)
    changed, changes = {}, []
    for problem in problems:
        if problem.annotation is not None:
            number = next(free)
            changed[problem.annotation] = {**split.annotations[problem.annotation], "id": number}
            changes.append(Change(problem, f"gave it the id {number}"))
    return replace_annotations(split, changed), changes
