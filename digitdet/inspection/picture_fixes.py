"""Fixes of what an annotation file says of its pictures."""

from collections.abc import Sequence

import numpy as np

from digitdet.inspection.box_checks import corners, outside
from digitdet.inspection.edits import Change, Edit, drop_pictures, remove_files, replace_images
from digitdet.inspection.findings import Problem
from digitdet.inspection.record_fixes import find_name
from digitdet.inspection.records import Split, stated_size

SAME_ASPECT = 0.02  # of the aspect ratio: rounding to whole pixels


def rename_pictures(split: Split, problems: Sequence[Problem]) -> Edit:
    """Name pictures by the last part of their name where that is there; drop the others."""
    names = {p.image: find_name(split, p.name) for p in problems if p.image is not None}
    found = {position: name for position, name in names.items() if name}
    renamed = {p: {**split.images[p], "file_name": name} for p, name in found.items()}
    changes = [Change(p, f"named it {found[p.image]!r}") for p in problems if p.image in found]
    missing = [p for p in problems if p.image not in found]
    split, dropped = drop_pictures(replace_images(split, renamed), missing)
    return split, [*changes, *dropped]


def restate_sizes(split: Split, problems: Sequence[Problem]) -> Edit:
    """State the real size where the boxes fit it and nothing speaks for other boxes; else drop."""
    restated, changes, others = {}, [], []
    for problem in problems:
        size = _safe_size(split, problem.image) if problem.image is not None else None
        if problem.image is None or size is None:
            others.append(problem)
            continue
        width, height = size
        restated[problem.image] = {**split.images[problem.image], "width": width, "height": height}
        changes.append(Change(problem, f"stated {width} x {height}"))
    split, dropped = drop_pictures(replace_images(split, restated), others)
    return split, [*changes, *dropped]


def _safe_size(split: Split, position: int) -> tuple[int, int] | None:
    """Return a picture's real size, unless its boxes may have been drawn on another one.

    They may where the picture was resized, its aspect ratio being the stated one, or turned, its
    sides being swapped; and they were where they do not fit.
    """
    picture, stated = split.picture(position), stated_size(split.images[position])
    if not (picture and picture.size and stated):
        return None
    (width, height), (stated_width, stated_height) = picture.size, stated
    is_turned = picture.size == stated[::-1]
    aspects = width * stated_height / (height * stated_width)
    is_resized = abs(aspects - 1) <= SAME_ASPECT
    boxes = corners(split.boxes)[split.boxes.images == position]
    fits = not outside(boxes, np.array([picture.size])).any()
    return picture.size if fits and not is_turned and not is_resized else None


def leave_out(split: Split, problems: Sequence[Problem]) -> Edit:
    """Leave files out that no annotation file lists."""
    changes = [Change(problem, "left the file out") for problem in problems]
    return remove_files(split, {problem.name for problem in problems}), changes
