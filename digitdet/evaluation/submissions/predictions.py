"""Makes predictions of the entries of ``pred.json``."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from digitdet.evaluation.submissions.entries import Entries
from digitdet.structures import Prediction


def to_predictions(
    entries: Entries, image_ids: NDArray[np.int64], labels: Mapping[int, int]
) -> list[Prediction]:
    """Part entries by picture.

    Args:
        entries: The entries; all values usable, all ids known.
        image_ids: (I,) int64, those of the pictures.
        labels: Category id -> label.

    Returns:
        The prediction of each picture, by falling score; equal scores in the file's order.
    """
    pictures = positions_of(entries.image_ids.values, image_ids)
    order = np.lexsort((-entries.scores.values, pictures))  # stable
    counts = np.bincount(pictures, minlength=len(image_ids)).tolist()
    xywh = entries.bboxes.values[order]
    xyxy = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1)
    columns = (
        xyxy.astype(np.float32),
        to_labels(entries, labels)[order],
        entries.scores.values[order].astype(np.float32),
    )
    parts = (torch.from_numpy(column).split(counts) for column in columns)
    return [
        {"boxes": boxes, "labels": of_boxes, "scores": scores}
        for boxes, of_boxes, scores in zip(*parts, strict=True)
    ]


def to_labels(entries: Entries, labels: Mapping[int, int]) -> NDArray[np.int64]:
    """Return the (E,) int64 labels of entries whose category ids are all known."""
    ids = np.array(sorted(labels), dtype=np.int64)
    of_ids = np.array([labels[i] for i in ids.tolist()], dtype=np.int64)
    return of_ids[np.searchsorted(ids, entries.category_ids.values)]


def positions_of(ids: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of some ids stands among those that are known, in any order."""
    order = np.argsort(known)
    return order[np.searchsorted(known, ids, sorter=order)]
