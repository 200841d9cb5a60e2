"""Checks of single values, names and ids of an annotation file."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from digitdet.checks.findings import Problem
from digitdet.checks.records import (
    Split,
    annotation_problem,
    image_problem,
    records,
    repeated,
)
from digitdet.datasets.json_files import short
from digitdet.datasets.values import (
    is_bbox,
    is_flag,
    is_int,
    is_int_or_none,
    is_name,
    is_size,
)

Rules = Mapping[str, tuple[Callable[[Any], bool], str]]

IMAGE_RULES: Rules = {
    "id": (is_int, "an integer"),
    "file_name": (is_name, "a path inside the picture folder, in printable characters"),
    "height": (is_size, "a positive number of pixels"),
    "width": (is_size, "a positive number of pixels"),
}
ANNOTATION_RULES: Rules = {
    "image_id": (is_int, "an integer"),
    "category_id": (is_int, "an integer"),
    "bbox": (is_bbox, "four finite numbers [x, y, w, h]"),
}
OPTIONAL_RULES: Rules = {
    "iscrowd": (is_flag, "0 or 1"),
    "number": (is_int_or_none, "an integer or left out"),
}
HUGE = 1e9  # pixels; no number of an annotation file is larger


def check_records(split: Split) -> Iterator[Problem]:
    """Find missing, wrong and repeated values, and annotations of no picture."""
    if not split.images:
        yield Problem("no_pictures", split.source, "'images' is empty")
    for position, record in enumerate(split.images):
        for code, detail in image_faults(record):
            yield image_problem(split, position, code, detail)
    for position, record in enumerate(split.annotations):
        for code, detail in annotation_faults(record):
            yield annotation_problem(split, position, code, detail)
    yield from _check_image_ids(split)
    yield from _check_names(split)
    yield from _check_owners(split)
    yield from _check_annotation_ids(split)


def image_faults(record: Any) -> Iterator[tuple[str, str]]:
    """Yield code and detail of what is wrong with one of a file's images."""
    return _faults(record, IMAGE_RULES)


def annotation_faults(record: Any) -> Iterator[tuple[str, str]]:
    """Yield code and detail of what is wrong with one of a file's annotations."""
    given = record if isinstance(record, Mapping) else {}
    optional = {key: rule for key, rule in OPTIONAL_RULES.items() if key in given}
    return _faults(record, {**ANNOTATION_RULES, **optional})


def _faults(record: Any, rules: Rules) -> Iterator[tuple[str, str]]:
    if not isinstance(record, Mapping):
        yield "wrong_value", f"a record is {short(record)} in place of an object"
        return
    for key, (is_valid, what) in rules.items():
        if key not in record:
            yield "missing_key", f"lacks {key!r}"
        elif not is_valid(record[key]):
            yield _code(key, record[key]), f"{key!r} is {what}, got {short(record[key])}"


def _code(key: str, value: Any) -> str:
    if key == "file_name" and isinstance(value, str) and value:
        return "unsafe_name"
    values = value if isinstance(value, list) else [value]
    numbers = [v for v in values if type(v) in (int, float)]
    is_huge = any(abs(v) >= HUGE or math.isnan(v) for v in numbers)
    return "not_finite" if is_huge else "wrong_value"


def _check_image_ids(split: Split) -> Iterator[Problem]:
    for image_id, positions in split.image_positions.items():
        for position in positions[1:]:
            detail = f"the id {image_id} stands {len(positions)} times"
            yield image_problem(split, position, "repeated_image_id", detail)


def _check_names(split: Split) -> Iterator[Problem]:
    positions = list(split.names)
    for name, found in repeated(list(split.names.values())).items():
        owners = [positions[number] for number in found]
        ids = [split.images[owner].get("id") for owner in owners]
        if len(set(map(short, ids))) > 1:  # one id is a repeated id already
            detail = f"{name!r} is listed under the ids {short(ids)}"
            for owner in owners[1:]:
                yield image_problem(split, owner, "repeated_file_name", detail)


def _check_owners(split: Split) -> Iterator[Problem]:
    used = set()
    for position, record in records(split.annotations):
        image_id = record.get("image_id")
        if not is_int(image_id):
            continue
        used.add(image_id)
        if image_id not in split.image_positions:
            detail = f"no picture has the id {image_id}"
            yield annotation_problem(split, position, "orphan_annotation", detail)
    for image_id, positions in split.image_positions.items():
        if image_id not in used:
            name = short(split.images[positions[0]].get("file_name"))
            detail = f"{name} has no box"
            yield image_problem(split, positions[0], "picture_without_boxes", detail)


def _check_annotation_ids(split: Split) -> Iterator[Problem]:
    places: dict[int, list[int]] = {}
    for position, record in records(split.annotations):
        annotation_id = record.get("id")
        if is_int(annotation_id):
            places.setdefault(annotation_id, []).append(position)
        else:
            detail = f"'id' is {short(annotation_id)}"
            yield annotation_problem(split, position, "annotation_id_missing", detail)
    for annotation_id, positions in places.items():
        for position in positions[1:]:
            detail = f"the id {annotation_id} stands {len(positions)} times"
            yield annotation_problem(split, position, "repeated_annotation_id", detail)
