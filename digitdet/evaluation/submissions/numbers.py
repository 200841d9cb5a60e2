"""Checks of the numbers of ``pred.csv`` beside the boxes of ``pred.json``."""

from collections.abc import Iterator, Mapping

import numpy as np

from digitdet.evaluation.submission import NOTHING_FOUND
from digitdet.evaluation.submissions.entries import Entries
from digitdet.evaluation.submissions.faults import Fault, faults_at
from digitdet.evaluation.submissions.labels import NUMBER, Lines
from digitdet.evaluation.submissions.pictures import Graded
from digitdet.evaluation.submissions.predictions import positions_of, to_labels
from digitdet.labels import DIGITS, digit_to_label

SURE_SCORE = 0.9
MIN_AGREEMENT = 0.9  # of the numbers, by which a reader is known to be the one that wrote them


def check_digits(lines: Lines, entries: Entries, graded: Graded) -> Iterator[Fault]:
    """Find numbers whose digits have no boxes, and sure digits that were not read.

    Args:
        lines: Lines of ``pred.csv``; those of unknown pictures, or without digits, are passed over.
        entries: Entries whose image and category ids are all known.
        graded: The pictures.
    """
    owners = positions_of(entries.image_ids.values, graded.image_ids)
    labels = to_labels(entries, graded.labels)
    boxes = np.zeros((len(graded.image_ids), len(DIGITS) + 1), dtype=np.int64)
    np.add.at(boxes, (owners, labels), 1)
    best = np.zeros(len(graded.image_ids))
    scores = entries.scores.values
    np.maximum.at(best, owners, np.where(scores <= 1, scores, 0))
    positions = {image_id: p for p, image_id in enumerate(graded.image_ids.tolist())}
    rows = [
        (index, positions[image_id], label)
        for index, (image_id, label) in enumerate(zip(lines.image_ids, lines.labels, strict=True))
        if image_id in positions and NUMBER.fullmatch(label)
    ]
    columns = [(digit, digit_to_label(int(digit))) for digit in DIGITS]
    without = [
        index
        for index, position, text in rows
        if text != NOTHING_FOUND
        and any(text.count(digit) > boxes[position, label] for digit, label in columns)
    ]

    def describe(index: int) -> str:
        counts = boxes[positions[lines.image_ids[index]]]
        held = ", ".join(f"{counts[label]} of {d}" for d, label in columns if counts[label])
        return f"{lines.describe(index)}, but pred.json has {held or 'no'} boxes there"

    yield from faults_at("label_without_boxes", without, describe)
    unread = [i for i, p, text in rows if text == NOTHING_FOUND and best[p] >= SURE_SCORE]
    yield from faults_at("label_overlooked", unread, lines.describe)


def check_zeros(lines: Lines, readings: Mapping[int, str]) -> Iterator[Fault]:
    """Find numbers that lost their leading zeros, as by ``int``.

    It is a fault where a reader gives the same numbers but for zeros in front, and no number of the
    file has one.

    Args:
        lines: Lines of ``pred.csv``.
        readings: Image id -> the number that a reader finds in the boxes of ``pred.json``.
    """
    pairs = [
        (index, label, readings[image_id])
        for index, (image_id, label) in enumerate(zip(lines.image_ids, lines.labels, strict=True))
        if image_id in readings
    ]
    if any(len(label) > 1 and label.startswith("0") for label in lines.labels):
        return
    lost = [i for i, label, read in pairs if label != read and label == _as_int(read)]
    same = sum(label in (read, _as_int(read)) for _, label, read in pairs)
    if same >= MIN_AGREEMENT * len(pairs):
        yield from faults_at(
            "label_lost_zeros",
            lost,
            lambda i: f"{lines.describe(i)}, but its boxes read {readings[lines.image_ids[i]]!r}",
        )


def _as_int(text: str) -> str:
    return text.lstrip("0") or "0"
