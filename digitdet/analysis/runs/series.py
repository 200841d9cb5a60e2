"""Reads ``scalars.csv`` as arrays, a series for each name."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.charts.chart import FloatArray

IntArray = NDArray[np.int64]
SCALARS_CSV, HEADER = "scalars.csv", "step,epoch,name,value"


@dataclass(frozen=True)
class Series:
    """The values of one name, in the order in which they were written.

    Attributes:
        steps: (K,) int64, from 1.
        epochs: (K,) int64, from 1.
        values: (K,) float64.
    """

    steps: IntArray
    epochs: IntArray
    values: FloatArray


def read_series(file: Path) -> dict[str, Series]:
    """Read a table of scalars.

    A last line without its end is being written, and left out.

    Args:
        file: ``scalars.csv`` of a run, finished or not.

    Returns:
        Name -> series, by their first rows.

    Raises:
        OSError: If it can't be read.
        ValueError: If it is no such table.
    """
    text = file.read_bytes().decode("utf-8", errors="replace")
    header, _, body = text[: text.rfind("\n") + 1].replace("\r\n", "\n").partition("\n")
    if header not in ("", HEADER):
        raise ValueError(
            f"{file}: begins with {header!r} instead of {HEADER!r}; it is not what a training "
            "writes"
        )
    try:
        steps, epochs, names, values = _columns(body)
        columns = Series(
            np.array(list(map(int, steps)), dtype=np.int64),
            np.array(list(map(int, epochs)), dtype=np.int64),
            np.array(list(map(float, values)), dtype=np.float64),
        )
    except ValueError as error:
        raise _damaged(file, body, error) from error
    return _by_name(columns, names)


def _columns(body: str) -> Sequence[Sequence[str]]:
    """Return steps, epochs, names and values, as text.

    Raises:
        ValueError: If a row has fewer or more cells; not of each such table.
    """
    if '"' in body:  # a name with a comma in it
        rows = list(csv.reader(body.splitlines()))
        return list(zip(*rows, strict=True)) if rows else [[]] * 4
    cells = body.replace("\n", ",").split(",")[:-1]  # in a third of the reader's time
    if len(cells) % 4:
        raise ValueError("a row has fewer or more than 4 cells")
    return [cells[column::4] for column in range(4)]


def _by_name(columns: Series, names: Sequence[str]) -> dict[str, Series]:
    """Part the rows of a table."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    of_rows = np.array([numbers[name] for name in names], dtype=np.int32)
    parts = {}
    for name, number in numbers.items():
        rows = np.flatnonzero(of_rows == number)
        parts[name] = Series(columns.steps[rows], columns.epochs[rows], columns.values[rows])
    return parts


def _damaged(file: Path, body: str, error: ValueError) -> ValueError:
    """Name the first row that is none."""
    rows = csv.reader(body.splitlines())
    number = next((place for place, row in enumerate(rows, 2) if not _is_row(row)), 0)
    return ValueError(
        f"{file}: line {number} is no row of step, epoch, name and value ({error}); remove that "
        "line, or go on with the run by --resume"
    )


def _is_row(row: Sequence[str]) -> bool:
    try:
        step, epoch, _, value = row
        int(step), int(epoch), float(value)
    except ValueError:
        return False
    return True
