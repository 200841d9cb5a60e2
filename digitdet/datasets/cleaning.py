"""Makes annotations fit for training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from digitdet.datasets.annotations import Annotations


@dataclass(frozen=True)
class Cleaning:
    """What `clean` changed: the ids of the annotations.

    Attributes:
        clipped: Boxes that reached outside their picture.
        empty: Boxes dropped for having no area inside their picture.
        crowd: Boxes dropped for being marked as a crowd.
    """

    clipped: list[int]
    empty: list[int]
    crowd: list[int]

    def __str__(self) -> str:
        done = (
            ("clipped to their picture", self.clipped),
            ("without area dropped", self.empty),
            ("marked as crowd dropped", self.crowd),
        )
        return "; ".join(f"{len(ids)} {what} ({_some(ids)})" for what, ids in done if ids)


def _some(ids: Sequence[int], most: int = 5) -> str:
    """Name the first few of many annotations."""
    text = ", ".join(map(str, ids[:most]))
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return f"annotation{'s' if len(ids) > 1 else ''} {text}{more}"


def clean(annotations: Annotations) -> tuple[Annotations, Cleaning]:
    """Make annotations fit for training: clip boxes to their picture, drop empty and crowd ones.

    Which number a digit belongs to is dropped as well: nothing in training asks for it, and a
    transform that drops boxes need not know of it.

    Args:
        annotations: As published.

    Returns:
        The cleaned annotations and what was changed.
    """
    counts = np.diff(annotations.offsets)
    height, width = np.repeat(annotations.sizes, counts, axis=0).T.astype(np.float32)
    far = np.stack([width, height, width, height], axis=1)
    boxes = annotations.boxes.clip(0, far)
    empty = (boxes[:, 2:] <= boxes[:, :2]).any(axis=1) & ~annotations.iscrowd
    kept = ~(empty | annotations.iscrowd)
    clipped = (boxes != annotations.boxes).any(axis=1) & kept

    picture = np.repeat(np.arange(len(annotations)), counts)[kept]
    offsets = np.cumsum(np.bincount(picture, minlength=len(annotations)))
    cleaned = replace(
        annotations,
        offsets=np.concatenate([[0], offsets]),
        boxes=boxes[kept],
        labels=annotations.labels[kept],
        iscrowd=annotations.iscrowd[kept],
        annotation_ids=annotations.annotation_ids[kept],
        numbers=None,
    )
    ids = annotations.annotation_ids
    return cleaned, Cleaning(
        *(ids[mask].tolist() for mask in (clipped, empty, annotations.iscrowd))
    )
