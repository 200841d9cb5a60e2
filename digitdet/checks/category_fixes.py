"""Fixes of categories and of their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from digitdet.checks.category_checks import (
    LABELS,
    are_usual,
    count_categories,
    find_labels,
    ids_may_be_labels,
    swap,
)
from digitdet.checks.edits import Change, Edit, drop_pictures, replace_annotations
from digitdet.checks.findings import Problem
from digitdet.checks.records import Split, records
from digitdet.datasets.categories import label_map
from digitdet.datasets.values import is_int
from digitdet.labels import digit_to_label, label_to_digit


def drop_unused(split: Split, problems: Sequence[Problem]) -> Edit:
    """Drop categories that name no digit and that no box uses, where the others are usable."""
    used = count_categories(split)
    kept = [c for c in split.categories if _is_digit(c) or _is_used(c, used)]
    try:
        label_map(kept, split.source)
    except ValueError:
        return split, []
    return _with_categories(split, kept, problems, "dropped those that no box uses")


def _is_digit(category: Any) -> bool:
    try:
        return bool(label_map([category], ""))
    except ValueError:
        return False


def _is_used(category: Any, used: Mapping[int, int]) -> bool:
    category_id = category.get("id") if isinstance(category, Mapping) else None
    return is_int(category_id) and category_id in used


def swap_categories(split: Split, problems: Sequence[Problem]) -> Edit:
    """Exchange ids and names of the categories."""
    return _with_categories(split, swap(split.categories), problems, "swapped ids and names")


def complete_categories(split: Split, problems: Sequence[Problem]) -> Edit:
    """Add the digits that have no category, where ids are digit + 1."""
    labels = find_labels(split)
    if not are_usual(labels):
        return split, []
    missing = [label for label in LABELS if label not in labels]
    added = [{"id": label, "name": str(label_to_digit(label))} for label in missing]
    categories = sorted([*split.categories, *added], key=lambda category: category["id"])
    return _with_categories(split, categories, problems, f"added the ids {missing}")


def renumber_categories(split: Split, problems: Sequence[Problem]) -> Edit:
    """Make each category id the digit + 1, in categories and boxes, unless ids are in doubt."""
    if ids_may_be_labels(split):
        return split, []
    labels = find_labels(split)
    categories = [{**category, "id": labels[category["id"]]} for category in split.categories]
    split = _renumber_boxes(split, labels)
    return _with_categories(split, categories, problems, "renumbered to digit + 1")


def add_one(split: Split, problems: Sequence[Problem]) -> Edit:
    """Add 1 to the category id of each box."""
    ids = {digit: digit_to_label(digit) for digit in range(10)}
    changes = [Change(problem, "added 1 to the category id of each box") for problem in problems]
    return _renumber_boxes(split, ids), changes


def drop_zeros(split: Split, problems: Sequence[Problem]) -> Edit:
    """Drop pictures with a box of id 0, where other boxes show that ids are digit + 1."""
    if not count_categories(split)[digit_to_label(9)]:
        return split, []
    return drop_pictures(split, problems)


def drop_unknown(split: Split, problems: Sequence[Problem]) -> Edit:
    """Drop pictures with a box of an unknown id, unless that puts all ids in doubt."""
    return (split, []) if ids_may_be_labels(split) else drop_pictures(split, problems)


def _with_categories(
    split: Split, categories: list[Any], problems: Sequence[Problem], change: str
) -> Edit:
    return replace(split, categories=categories), [Change(p, change) for p in problems]


def _renumber_boxes(split: Split, ids: Mapping[int, int]) -> Split:
    changed = {
        position: {**record, "category_id": ids[record["category_id"]]}
        for position, record in records(split.annotations)
        if is_int(record.get("category_id")) and record["category_id"] in ids
    }
    return replace_annotations(split, changed)
