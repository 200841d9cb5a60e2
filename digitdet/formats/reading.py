"""Reads pictures with the annotation files that belong to them, one for each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from digitdet.console import track
from digitdet.datasets.sizes import read_size
from digitdet.formats.layout import NO_PICTURE, NO_SPLIT, name_of
from digitdet.formats.pictures import Box, Collection, Picture

# Takes annotation file, picture, and its height and width; returns the boxes, and how many of them
# are worth a remark.
ReadBoxes = Callable[[Path, Path, tuple[int, int]], tuple[tuple[Box, ...], int]]


def read_collection(
    root: Path,
    pictures: Sequence[tuple[str, Path]],
    labels: Mapping[Path, Path],
    read_boxes: ReadBoxes,
    *,
    kind: str,
    remark: str,
) -> Collection:
    """Read pictures and their annotation files.

    Args:
        root: The data's folder, resolved.
        pictures: Split and path of each picture, relative to ``root``.
        labels: Picture -> annotation file. A picture without one has no digits; a split without any
            is not labelled.
        read_boxes: Reads an annotation file.
        kind: What such a file is, for the notes: ``"XML"``.
        remark: What is noted of the boxes that `read_boxes` counts.

    Returns:
        The pictures, with notes.

    Raises:
        ValueError: If a file is not as it has to be.
    """
    unlabelled = unlabelled_splits((split, file in labels) for split, file in pictures)
    result, remarked = Collection([]), 0
    for split, file in track(pictures, "reading annotations"):
        size, boxes = read_size(root / file), tuple[Box, ...]()
        if file in labels:
            boxes, count = read_boxes(root / labels[file], root / file, size)
            remarked += count
        name = name_of(file).as_posix()
        picture = Picture(root / file, split, name, size, boxes, split not in unlabelled)
        result.pictures.append(picture)
    without = sum(file not in labels for split, file in pictures if split not in unlabelled)
    if without:
        result.notes.append(f"{without} pictures without {kind} file taken as without digits")
    if remarked:
        result.notes.append(f"{remarked} {remark}")
    return result


def count_left_out(num_beside: int, num_orphans: int) -> Counter[str]:
    """Return reason -> how many pictures and annotation files were left out for it.

    Args:
        num_beside: Pictures that lie in no split.
        num_orphans: Annotation files without picture.
    """
    return Counter({NO_SPLIT: num_beside, NO_PICTURE: num_orphans})


def unlabelled_splits(pictures: Iterable[tuple[str, bool]]) -> set[str]:
    """Return the splits of which no picture has an annotation file.

    Args:
        pictures: Split of each picture, and whether it has an annotation file.
    """
    pairs = list(pictures)
    return {split for split, _ in pairs} - {split for split, labelled in pairs if labelled}
