"""Checks of what the entries of ``pred.json`` say: ids, boxes, scores and categories."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from digitdet.evaluation.submissions.entries import Entries
from digitdet.evaluation.submissions.faults import Fault

MIN_EVIDENT = 10  # entries; fewer say nothing about the whole file


def find_value_faults(
    entries: Entries, image_ids: NDArray[np.int64], category_ids: Sequence[int]
) -> Iterator[Fault]:
    """Find values that no entry may have.

    Args:
        entries: The entries.
        image_ids: (I,) int64, those of the pictures.
        category_ids: Those of the digits.

    Yields:
        One fault for each kind.
    """
    ids = entries.image_ids
    unknown = ids.usable & ~np.isin(ids.values, image_ids)
    yield from entries.faults("image_id_unknown", unknown, "image_id")
    yield from _box_faults(entries)
    yield from _score_faults(entries)
    yield from _category_faults(entries, category_ids)


def _box_faults(entries: Entries) -> Iterator[Fault]:
    boxes = entries.bboxes
    empty = boxes.usable & (boxes.values[:, 2:] <= 0).any(axis=1)
    yield from entries.faults("bbox_empty", empty, "bbox")
    taken = boxes.values[boxes.usable]
    if len(taken) >= MIN_EVIDENT and (abs(taken) <= 1).all():
        yield from entries.faults("bbox_is_relative", boxes.usable, "bbox")


def _score_faults(entries: Entries) -> Iterator[Fault]:
    scores = entries.scores
    beyond = scores.usable & ((scores.values < 0) | (scores.values > 1))
    yield from entries.faults(_score_kind(scores.values[scores.usable]), beyond, "score")


def _score_kind(scores: NDArray[np.float64]) -> str:
    """Name what scores beyond 0 to 1 are, by all of them."""
    beyond = (scores < 0) | (scores > 1)
    if len(scores) < MIN_EVIDENT or beyond.mean() < 0.25:
        return "score_out_of_range"
    is_percentage = scores.min() >= 0 and scores.max() <= 100
    return "score_is_percentage" if is_percentage else "score_is_logit"


def _category_faults(entries: Entries, category_ids: Sequence[int]) -> Iterator[Fault]:
    ids = entries.category_ids
    unknown = ids.usable & ~np.isin(ids.values, category_ids)
    found = set(np.unique(ids.values[ids.usable]).tolist())
    digits = set(range(10))
    is_digit = 0 in found - set(category_ids) and found <= digits
    code = "category_id_is_digit" if is_digit else "category_id_unknown"
    yield from entries.faults(code, unknown, "category_id")
