"""Checks of the categories of an annotation file and of their use."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from digitdet.checks.findings import Problem
from digitdet.checks.records import Split, annotation_problem, records
from digitdet.datasets.categories import label_map
from digitdet.datasets.values import is_int
from digitdet.labels import DIGITS, digit_to_label, label_to_digit

LABELS = [digit_to_label(int(digit)) for digit in DIGITS]
EVIDENT_BOXES = (
    50  # 6 % of SVHN's digits are nines: that none of as many is one is a 1 in 22 chance
)


def find_labels(split: Split) -> dict[int, int]:
    """Return category id -> label, swapped categories read as meant; empty if unusable."""
    try:
        return label_map(split.categories, split.source)
    except ValueError:
        return find_swapped(split)


def find_swapped(split: Split) -> dict[int, int]:
    """Return category id -> label after exchanging ids and names; empty if nothing shows it.

    The boxes have to: all of their ids are names of categories, and not all are ids of some. The
    ids 0 to 9 named "1" to "10" could else also be SVHN's own labels, of which 10 is the digit 0.
    """
    try:
        labels = label_map(swap(split.categories), split.source)
    except ValueError:
        return {}
    used = set(count_categories(split))
    is_shown = used <= set(labels) and not used <= {c["id"] for c in split.categories}
    return labels if is_shown else {}


def swap(categories: list[Any]) -> list[Any]:
    """Exchange id and name of each category where the name is an integer; else return none."""
    swapped = []
    for category in categories:
        name = str(category.get("name")) if isinstance(category, Mapping) else ""
        if not (name.isdecimal() and len(name) < 10 and is_int(category.get("id"))):
            return []
        swapped.append({**category, "id": int(name), "name": str(category["id"])})
    return swapped


def count_categories(split: Split) -> Counter[int]:
    """Count the boxes of each category id that is an integer."""
    values = (record.get("category_id") for _, record in records(split.annotations))
    return Counter(value for value in values if is_int(value))


def are_usual(labels: Mapping[int, int]) -> bool:
    """Whether each category's id is its label, digit + 1."""
    return bool(labels) and all(category == label for category, label in labels.items())


def are_digits(labels: Mapping[int, int]) -> bool:
    """Whether each category's id is its digit."""
    return bool(labels) and all(id_ == label_to_digit(label) for id_, label in labels.items())


def ids_may_be_labels(split: Split) -> bool:
    """Whether boxes have the id 10 and none has 0, though the categories say that ids are digits.

    Then ids may be digit + 1, or SVHN's own, of which 10 is the digit 0: nothing shows which.
    """
    counts = count_categories(split)
    return are_digits(find_labels(split)) and counts[digit_to_label(9)] > 0 and not counts[0]


def ids_are_digits(split: Split) -> bool:
    """Whether boxes carry digits, 0 to 9, though the categories say digit + 1.

    At least 1 in 100 boxes has the id 0, none another unknown one, and none has the id of digit 9.
    """
    counts = count_categories(split)
    return (
        are_usual(find_labels(split))
        and counts[0] * 100 >= max(counts.total(), 1)
        and all(0 <= category < digit_to_label(9) for category in counts)
        and counts.total() >= EVIDENT_BOXES
    )


def check_categories(split: Split) -> Iterator[Problem]:
    """Find categories whose names and ids disagree, and boxes without a category."""
    try:
        labels = label_map(split.categories, split.source)
    except ValueError as error:
        labels = find_labels(split)
        code = "categories_swapped" if labels else "categories_unusable"
        yield Problem(code, split.source, str(error).removeprefix(f"{split.source}: "))
    if not labels:
        return
    yield from _check_map(split, labels)
    if ids_are_digits(split):
        counts = count_categories(split)
        detail = f"{counts[0]} of {counts.total()} boxes have the id 0, none has 10"
        yield Problem("ids_are_digits", split.source, detail)
        return
    for position, record in records(split.annotations):
        category = record.get("category_id")
        if is_int(category) and category not in labels:
            code = "unknown_category" if category else "category_zero"
            detail = f"'category_id' is {category}; the file defines {sorted(labels)}"
            yield annotation_problem(split, position, code, detail)


def _check_map(split: Split, labels: dict[int, int]) -> Iterator[Problem]:
    digits = {category: label_to_digit(label) for category, label in labels.items()}
    if not are_usual(labels):
        code = "ids_0_to_9" if are_digits(labels) else "category_ids_differ"
        yield Problem(code, split.source, f"id -> digit: {digits}")
    missing = [label_to_digit(label) for label in LABELS if label not in labels.values()]
    if missing:
        yield Problem("category_missing", split.source, f"digits without category: {missing}")
