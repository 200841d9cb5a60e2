"""Decides which label a file's category means."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from digitdet.datasets.json_files import short
from digitdet.labels import DIGITS, digit_to_label


def label_map(categories: Sequence[Mapping[str, Any]], file: str) -> dict[int, int]:
    """Map a COCO file's category ids to labels, by the categories' names.

    Args:
        categories: The file's ``categories``, each with ``id`` and ``name``; names are the digits.
        file: The file's name, for errors.

    Returns:
        Category id -> label (1 to 10). Normally each id is its own label.

    Raises:
        ValueError: If a category has no id or name, a name is not a digit, or ids or names repeat.
    """
    labels: dict[int, int] = {}
    for position, category in enumerate(categories):
        where = f"{file}: categories[{position}]"
        if not isinstance(category, Mapping) or "id" not in category or "name" not in category:
            raise ValueError(f"{where} needs 'id' and 'name', got {short(category)}")
        category_id, name = category["id"], category["name"]
        if type(category_id) is not int or abs(category_id) >= 2**63:
            raise ValueError(f"{where} has the id {short(category_id)}, which is not an integer")
        name = str(name).strip() if type(name) in (int, str) else name
        if name not in DIGITS:
            raise ValueError(
                f"{where} is named {short(name)}, which is not a digit; "
                "name each category by its digit, '0' to '9', so that its id has a meaning"
            )
        label = digit_to_label(int(name))
        if category_id in labels or label in labels.values():
            raise ValueError(f"{where} repeats the id {category_id} or the name {name!r}")
        labels[category_id] = label
    if not labels:
        raise ValueError(f"{file}: 'categories' is empty; it has to name the digits")
    return labels


def complete_category_ids(category_ids: Mapping[int, int]) -> dict[int, int]:
    """Give every label a category id, so that each prediction can be written with one.

    Args:
        category_ids: Label -> category id of a file.

    Returns:
        The same for all ten labels. One that the file has no category for keeps itself as id, or
        gets the next free one where the file means another digit by that.
    """
    ids = dict(category_ids)
    for label in map(digit_to_label, range(10)):
        if label not in ids:
            free = itertools.chain([label], itertools.count(1))
            ids[label] = next(i for i in free if i not in ids.values())
    return ids
