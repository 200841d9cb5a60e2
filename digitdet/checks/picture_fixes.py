"""Fixes of what an annotation file says of its pictures."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitdet.checks.box_checks import corners, outside
from digitdet.checks.edits import Change, Edit, drop_pictures, remove_files, replace_images
from digitdet.checks.findings import Problem
from digitdet.checks.record_fixes import find_name
from digitdet.checks.records import Split, stated_size


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
    xyxy, owners = corners(split.boxes), split.boxes.images
    sizes = {
        p.image: _safe_size(split, p.image, xyxy[owners == p.image])
        for p in problems
        if p.image is not None
    }
    safe = {position: size for position, size in sizes.items() if size}
    restated = {
        position: {**split.images[position], "width": width, "height": height}
        for position, (width, height) in safe.items()
    }
    changes = [
        Change(p, f"stated {safe[p.image][0]} x {safe[p.image][1]}")
        for p in problems
        if p.image in safe
    ]
    others = [p for p in problems if p.image not in safe]
    split, dropped = drop_pictures(replace_images(split, restated), others)
    return split, [*changes, *dropped]


def _safe_size(split: Split, position: int, xyxy: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return a picture's real size, unless its boxes may have been drawn on another one.

    They may where the picture was resized (it has the same shape, or is larger though the boxes
    fit the stated size), or turned so that its sides are swapped; and they were where they do not
    fit.
    """
    picture, stated = split.picture(position), stated_size(split.images[position])
    size = picture.size if picture else None
    if size is None or stated is None:
        return None
    if not len(xyxy):
        return size
    is_doubtful = size == stated[::-1] or _is_scaled(size, stated)
    if _fits(xyxy, stated):
        is_doubtful |= max(size[0] - stated[0], size[1] - stated[1]) > 1
    return size if _fits(xyxy, size) and not is_doubtful else None


def _fits(xyxy: NDArray[np.float64], size: tuple[int, int]) -> bool:
    return not outside(xyxy, np.array([size])).any()


def _is_scaled(size: tuple[int, int], stated: tuple[int, int]) -> bool:
    """Whether two sizes have one shape, but for rounding each side by up to a pixel."""
    (w, h), (stated_w, stated_h) = size, stated
    is_other = max(abs(w - stated_w), abs(h - stated_h)) > 1
    return is_other and abs(w * stated_h - h * stated_w) <= max(w + h, stated_w + stated_h)


def leave_out(split: Split, problems: Sequence[Problem]) -> Edit:
    """Leave files out that no annotation file lists."""
    changes = [Change(problem, "left the file out") for problem in problems]
    return remove_files(split, {problem.name for problem in problems}), changes
