"""Choosing some of a data set's pictures."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.annotations import Annotations
from digitdet.labels import DIGITS


def check_positions(positions: Sequence[int], length: int, what: str) -> None:
    """Refuse a position that a data set does not have.

    Args:
        positions: Of a batch's samples.
        length: How many there are.
        what: What lies there, for the error: ``"picture"``.

    Raises:
        IndexError: If one is negative, or not below ``length``; the first such is named.
    """
    if positions and not (min(positions) >= 0 and max(positions) < length):
        outside = next(position for position in positions if not 0 <= position < length)
        raise IndexError(f"{what} {outside} of {length}")


def resolve_indices(indices: int | Sequence[int] | None, length: int, what: str) -> list[int]:
    """Make the positions of a subset.

    Args:
        indices: A number N for the first N; a list of positions, in the order wanted; None for all.
        length: How many there are.
        what: What the subset is taken of, for errors.

    Returns:
        The positions.

    Raises:
        ValueError: If there are fewer, a position is not a whole number or stands twice, or none
            is left.
    """
    if indices is None:
        return list(range(length))
    if isinstance(indices, int) and not isinstance(indices, bool):
        if not 1 <= indices <= length:
            raise ValueError(f"{what}: indices={indices}, but there are 1 to {length} to take")
        return list(range(indices))
    if not isinstance(indices, Sequence) or isinstance(indices, str) or not indices:
        raise ValueError(
            f"{what}: indices is a number N for the first N, or a list of positions from 0, "
            f"got {indices!r}"
        )
    seen: set[int] = set()
    for index in indices:
        if type(index) is not int or not 0 <= index < length:
            raise ValueError(f"{what}: indices go from 0 to {length - 1}, got {index!r}")
        if index in seen:
            raise ValueError(
                f"{what}: indices holds {index} twice; repeat pictures by RepeatDataset"
            )
        seen.add(index)
    return list(indices)


def select_pictures(annotations: Annotations, positions: Sequence[int]) -> Annotations:
    """Keep some pictures of an annotation index, with their boxes, in the order given."""
    chosen = np.array(positions, dtype=np.int64)
    counts = np.diff(annotations.offsets)[chosen]
    rows = np.concatenate(
        [np.arange(span.start, span.stop) for span in map(annotations.of_image, positions)]
    )
    return replace(
        annotations,
        image_ids=annotations.image_ids[chosen],
        file_names=[annotations.file_names[position] for position in positions],
        sizes=annotations.sizes[chosen],
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        boxes=annotations.boxes[rows],
        labels=annotations.labels[rows],
        iscrowd=annotations.iscrowd[rows],
        annotation_ids=annotations.annotation_ids[rows],
        numbers=None if annotations.numbers is None else annotations.numbers[rows],
    )


def count_labels(annotations: Annotations) -> NDArray[np.int64]:
    """Count the boxes of each label in each picture: (I, 11) int64; column 0 is empty."""
    counts = np.zeros((len(annotations), len(DIGITS) + 1), dtype=np.int64)
    picture = np.repeat(np.arange(len(annotations)), np.diff(annotations.offsets))
    np.add.at(counts, (picture, annotations.labels), 1)
    return counts
