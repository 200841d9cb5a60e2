"""The lines of ``pred.csv``, and what of them a grader refuses."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.json_files import short
from digitdet.evaluation.submission import HEADER, NOTHING_FOUND
from digitdet.evaluation.submissions.faults import Fault, fault, faults_at

_INTEGER = re.compile(r"-?[0-9]{1,19}")
NUMBER = re.compile(r"[0-9]+|-1")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Lines:
    """The L lines of ``pred.csv`` that have an image id and a number.

    Attributes:
        file: Name of the file, for errors.
        numbers: Where each stands in the file, counted from 1.
        image_ids: Their image ids.
        labels: Their numbers, digits or ``-1``; as they stand where they are neither.
    """

    file: str
    numbers: list[int] = field(default_factory=list)
    image_ids: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def describe(self, index: int) -> str:
        """Name one of the lines and show it."""
        text = f"image id {self.image_ids[index]}, number {short(self.labels[index])}"
        return f"{self.file}, line {self.numbers[index]}: {text}"


def decode(content: bytes, file: str, code: str) -> tuple[str, list[Fault]]:
    """Decode a file that has to be UTF-8 without a byte order mark.

    Args:
        content: Its bytes.
        file: Its name, for errors.
        code: The kind of fault.

    Returns:
        The text, empty if it is not UTF-8, and the faults.
    """
    faults = [fault(code, f"{file}: starts with a byte order mark")] * content.startswith(BOM)
    try:
        return content.decode("utf-8-sig"), faults
    except UnicodeDecodeError as error:
        detail = f"{file}: byte {error.start} ({content[error.start]:#04x}) is not UTF-8"
        return "", [*faults, fault(code, detail)]


def read_lines(text: str, file: str) -> tuple[Lines, list[Fault]]:
    """Take ``pred.csv`` apart; empty lines are passed over, as readers of CSV do.

    Args:
        text: What the file holds.
        file: Its name, for errors.

    Returns:
        Its lines, and the faults of its form.
    """
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    faults: list[Fault] = []
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        faults.append(fault("csv_unreadable", f"{file}, line {reader.line_num}: {error}"))
    if faults:
        return Lines(file), faults
    if not rows or rows[0][1] != list(HEADER):
        shown = ",".join(rows[0][1]) if rows else ""
        faults.append(fault("csv_header_wrong", f"{file}, line 1: is {short(shown)}"))
    if rows and not _INTEGER.fullmatch(rows[0][1][0]):
        rows = rows[1:]
    faults += _shape_faults(rows, file)
    taken = [
        (number, row)
        for number, row in rows
        if len(row) == len(HEADER) and _INTEGER.fullmatch(row[0])
    ]
    lines = Lines(
        file,
        numbers=[number for number, _ in taken],
        image_ids=[int(row[0]) for _, row in taken],
        labels=[row[1] for _, row in taken],
    )
    return lines, faults


def _shape_faults(rows: Sequence[tuple[int, list[str]]], file: str) -> Iterator[Fault]:
    """Find lines that have not two values, or no integer first."""

    def describe(index: int) -> str:
        number, row = rows[index]
        return f"{file}, line {number}: is {short(','.join(row))}"

    malformed = [i for i, (_, row) in enumerate(rows) if len(row) != len(HEADER)]
    yield from faults_at("csv_row_malformed", malformed, describe)
    odd = [
        i
        for i, (_, row) in enumerate(rows)
        if len(row) == len(HEADER) and not _INTEGER.fullmatch(row[0])
    ]
    yield from faults_at("csv_id_not_integer", odd, describe)


def check_lines(lines: Lines, image_ids: NDArray[np.int64], graded: str) -> Iterator[Fault]:
    """Find pictures without or with several lines, and numbers that are none.

    Args:
        lines: The lines.
        image_ids: (I,) int64, those of the pictures.
        graded: Where the pictures come from, for errors.
    """
    expected = set(image_ids.tolist())
    unknown = [i for i, image_id in enumerate(lines.image_ids) if image_id not in expected]
    yield from faults_at("csv_id_unknown", unknown, lines.describe)
    first: dict[int, int] = {}
    repeated = [
        i for i, image_id in enumerate(lines.image_ids) if first.setdefault(image_id, i) != i
    ]
    yield from faults_at("picture_twice", repeated, lines.describe)
    missing = [image_id for image_id in image_ids.tolist() if image_id not in first]
    yield from faults_at(
        "picture_missing",
        missing,
        lambda image_id: f"{lines.file}: no line has image id {image_id} of {graded}",
    )
    empty = [i for i, label in enumerate(lines.labels) if not label.strip()]
    yield from faults_at("label_empty", empty, lines.describe)
    odd = [i for i, x in enumerate(lines.labels) if x.strip() and not NUMBER.fullmatch(x)]
    yield from faults_at("label_malformed", odd, lines.describe)
    if lines.labels and set(lines.labels) == {NOTHING_FOUND}:
        yield fault("nothing_read", f"{lines.file}: all {len(lines.labels):,} numbers are -1")
