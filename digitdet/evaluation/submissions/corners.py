"""Tells boxes that were written as two corners, or in other coordinates."""

from collections.abc import Iterator

import numpy as np

from digitdet.checks.box_checks import EVIDENT_BOXES, MANY, MOST, fit_as_corners, leave_picture
from digitdet.checks.records import Boxes
from digitdet.evaluation.submissions.entries import Entries
from digitdet.evaluation.submissions.faults import Fault, fault
from digitdet.evaluation.submissions.pictures import Graded
from digitdet.evaluation.submissions.predictions import positions_of

MAX_PICTURES = 500  # whose sizes are read; the mistake is one of the whole file


def find_corners(entries: Entries, graded: Graded) -> Iterator[Fault]:
    """Find whether a quarter of the boxes leave their picture: as xyxy, 98 % may well fit.

    Args:
        entries: The entries.
        graded: The pictures; at most `MAX_PICTURES` are looked at.
    """
    boxes = _sample(entries, graded)
    if len(boxes.xywh) < EVIDENT_BOXES:
        return
    fit, leave = fit_as_corners(boxes), leave_picture(boxes)
    if leave.mean() < MANY:
        return
    evidence = (
        f"{entries.file}: as [x, y, w, h] {leave.sum():,} of {len(leave):,} boxes leave their "
        f"picture, as two corners {(~fit).sum():,}"
    )
    yield fault("bbox_is_xyxy" if fit.mean() >= MOST else "bbox_leaves_picture", evidence)


def _sample(entries: Entries, graded: Graded) -> Boxes:
    """Take the boxes of some pictures, spread over the file, whose sizes can be read."""
    known = np.isin(entries.image_ids.values, graded.image_ids)
    rows = np.flatnonzero(known & entries.image_ids.usable & entries.bboxes.usable)
    owners = positions_of(entries.image_ids.values[rows], graded.image_ids)
    pictures = np.unique(owners)
    step = max(1, -(-len(pictures) // MAX_PICTURES))
    sizes = np.full((len(graded.image_ids), 2), np.nan)
    for position in pictures[::step].tolist():
        sizes[position] = graded.size(position)
    seen = np.isfinite(sizes[owners]).all(axis=1)
    rows, owners = rows[seen], owners[seen]
    return Boxes(rows, owners, entries.bboxes.values[rows], sizes[owners])
