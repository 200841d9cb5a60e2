"""Checks of what is legal in ``pred.json`` but costs points, or is seldom meant."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from digitdet.evaluation.coco.settings import MAX_DETECTIONS
from digitdet.evaluation.submissions.entries import Entries
from digitdet.evaluation.submissions.faults import Fault, fault, faults_at

LOW_SCORE = 0.3
EVIDENT_ENTRIES = 10  # fewer may well all score high


def find_habits(entries: Entries) -> Iterator[Fault]:
    """Find repeated entries, too many or too few of them, and scores that were cut off."""
    if not entries.content:
        yield fault("no_detections", f"{entries.file}: the list is empty")
        return
    yield from entries.faults("entry_repeated", _repeated(entries), "bbox")
    scores = entries.scores.values[entries.scores.usable]
    if len(scores) >= EVIDENT_ENTRIES and scores.min() >= LOW_SCORE and scores.max() <= 1:
        detail = f"{entries.file}: the lowest of {len(scores):,} scores is {scores.min():.3g}"
        yield fault("scores_cut_off", detail)
    counts = Counter(entries.image_ids.values[entries.image_ids.usable].tolist())
    many = [image_id for image_id, count in counts.items() if count > MAX_DETECTIONS[-1]]
    yield from faults_at(
        "many_detections",
        many,
        lambda image_id: f"{entries.file}: image id {image_id} has {counts[image_id]} entries",
    )


def _repeated(entries: Entries) -> NDArray[np.bool_]:
    """Mark (E,) entries that are equal to an earlier one in all values."""
    rows = np.flatnonzero(entries.usable)
    keys = np.column_stack(
        [
            entries.image_ids.values[rows].astype(np.float64),
            entries.category_ids.values[rows],
            entries.scores.values[rows],
            entries.bboxes.values[rows],
        ]
    )
    order = np.lexsort(keys.T)  # stable: of equal ones, the first in the file comes first
    same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
    same &= entries.image_ids.values[rows[order[1:]]] == entries.image_ids.values[rows[order[:-1]]]
    marked = np.zeros(len(entries.positions), dtype=bool)
    marked[rows[order[1:][same]]] = True
    return marked
