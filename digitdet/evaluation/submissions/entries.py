"""The entries of ``pred.json`` as columns, and what of them cannot be read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.json_files import short
from digitdet.datasets.values import is_int
from digitdet.evaluation.submissions.faults import Fault, fault, faults_at

KEYS = ("image_id", "bbox", "score", "category_id")
_LIMIT = 1e9  # pixels; as in annotation files
_NUMBERS = (int, float)


@dataclass(frozen=True)
class Column:
    """One value of each of E entries.

    Attributes:
        values: (E,) or (E, 4) array; 0 or NaN where a value cannot be used.
        usable: (E,) bool.
    """

    values: NDArray[Any]
    usable: NDArray[np.bool_]


@dataclass(frozen=True)
class Entries:
    """The E entries that are objects with all keys.

    Attributes:
        file: Name of the file, for errors.
        content: The file's whole list.
        positions: (E,) int64, positions in it.
        image_ids: (E,) int64.
        bboxes: (E, 4) float64, xywh in pixels, finite.
        scores: (E,) float64, finite.
        category_ids: (E,) int64.
    """

    file: str
    content: Sequence[Any]
    positions: NDArray[np.int64]
    image_ids: Column
    bboxes: Column
    scores: Column
    category_ids: Column

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(E,) bool: where all values are usable."""
        columns = (self.image_ids, self.bboxes, self.scores, self.category_ids)
        return np.logical_and.reduce([column.usable for column in columns])

    def faults(self, code: str, marked: NDArray[np.bool_], key: str) -> Iterator[Fault]:
        """Yield the fault of some entries, if there are any.

        Args:
            code: Its kind.
            marked: (E,) bool, which entries.
            key: The key whose value is at fault.
        """
        places = self.positions[marked].tolist()
        yield from faults_at(code, places, lambda p: describe(self.file, self.content, p, key))


def describe(file: str, content: Sequence[Any], position: int, key: str = "") -> str:
    """Name an entry by file, position and image id, and show it or the value of a key."""
    entry = content[position]
    owner = f" (image id {short(entry['image_id'])})" if key and "image_id" in entry else ""
    shown = f"{key!r} is {short(entry[key])}" if key else f"is {short(entry)}"
    return f"{file}[{position}]{owner}: {shown}"


def read_entries(content: Any, file: str) -> tuple[Entries, list[Fault]]:
    """Take the entries of ``pred.json`` apart.

    Args:
        content: What the file holds.
        file: Its name, for errors.

    Returns:
        The entries, and the faults that keep others, or single values, from being used.
    """
    if not isinstance(content, list):
        entries, _ = read_entries([], file)
        is_truth = isinstance(content, Mapping) and "annotations" in content
        what = "an annotation file" if is_truth else short(content)
        return entries, [fault("json_not_list", f"{file}: is {what}")]
    whole = [p for p, entry in enumerate(content) if type(entry) is dict and _is_whole(entry)]
    records = [content[position] for position in whole]
    entries = Entries(
        file=file,
        content=content,
        positions=np.array(whole, dtype=np.int64),
        image_ids=_integers([record["image_id"] for record in records]),
        bboxes=_boxes([record["bbox"] for record in records]),
        scores=_scores([record["score"] for record in records]),
        category_ids=_integers([record["category_id"] for record in records]),
    )
    return entries, [*_shape_faults(file, content), *_value_faults(entries)]


def _is_whole(entry: Mapping[str, Any]) -> bool:
    return "image_id" in entry and "bbox" in entry and "score" in entry and "category_id" in entry


def _integers(values: Sequence[Any]) -> Column:
    usable = np.fromiter(map(is_int, values), dtype=bool, count=len(values))
    if not usable.all():
        values = [value if is_int(value) else 0 for value in values]
    return Column(np.array(values, dtype=np.int64), usable)


def _floats(values: Sequence[Any]) -> NDArray[np.float64]:
    """Take numbers; what is none, or is not finite, becomes NaN."""
    taken = [v if type(v) in _NUMBERS and -_LIMIT < v < _LIMIT else np.nan for v in values]
    return np.array(taken, dtype=np.float64)


def _scores(values: Sequence[Any]) -> Column:
    scores = _floats(values)
    return Column(scores, ~np.isnan(scores))


def _boxes(values: Sequence[Any]) -> Column:
    if not all(type(value) is list and len(value) == 4 for value in values):
        missing = [np.nan] * 4
        values = [v if type(v) is list and len(v) == 4 else missing for v in values]
    boxes = _floats(list(chain.from_iterable(values))).reshape(-1, 4)
    return Column(boxes, np.asarray(np.isfinite(boxes).all(axis=1)))


def _shape_faults(file: str, content: Sequence[Any]) -> Iterator[Fault]:
    """Find entries that are no objects, or have not exactly the keys."""
    kinds: dict[str, list[int]] = {"entry_not_object": [], "key_missing": [], "key_unknown": []}
    for position, entry in enumerate(content):
        if type(entry) is not dict:
            kinds["entry_not_object"].append(position)
        elif not _is_whole(entry):
            kinds["key_missing"].append(position)
        elif len(entry) > len(KEYS):
            kinds["key_unknown"].append(position)
    for code, places in kinds.items():
        yield from faults_at(code, places, lambda position: describe(file, content, position))


def _value_faults(entries: Entries) -> Iterator[Fault]:
    """Find values of another type, and numbers that are not finite."""
    yield from entries.faults("image_id_not_integer", ~entries.image_ids.usable, "image_id")
    for name, key, column in (
        ("bbox", "bbox", entries.bboxes),
        ("score", "score", entries.scores),
    ):
        not_finite = np.zeros(len(entries.positions), dtype=bool)
        for row in np.flatnonzero(~column.usable).tolist():
            not_finite[row] = _is_numeric(key, entries.content[entries.positions[row]][key])
        yield from entries.faults(f"{name}_malformed", ~column.usable & ~not_finite, key)
        yield from entries.faults(f"{name}_not_finite", not_finite, key)
    category_ids = entries.category_ids
    yield from entries.faults("category_id_not_integer", ~category_ids.usable, "category_id")


def _is_numeric(key: str, value: Any) -> bool:
    """Whether a value is of the right shape, and holds numbers, finite or not."""
    if key == "score":
        return type(value) in _NUMBERS
    return type(value) is list and len(value) == 4 and all(type(v) in _NUMBERS for v in value)
