"""Reads ``scalars.csv`` as arrays, a series for each name."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.charts.chart import FloatArray

IntArray = NDArray[np.int64]
SCALARS_CSV, HEADER = "scalars.csv", "step,epoch,name,value"
_NUM_CELLS = 4
_FEW_SIGNS = 48  # of a name; one of as many may have been cut


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
        table = _table(body)
    except ValueError as error:
        raise _damaged(file, body, error) from error
    columns = Series(table["step"], table["epoch"], table["value"])
    return _by_name(columns, table["name"].tolist())


def _table(body: str) -> NDArray[np.void]:
    """Return the rows as an array of steps, epochs, names and values.

    Raises:
        ValueError: If a row is none.
    """
    num_rows = body.count("\n")
    if not num_rows:
        return np.zeros(0, _row_type(1))
    if '"' not in body:  # numpy's reader takes a quarter of the other one's time
        width = _FEW_SIGNS
        table = np.loadtxt(io.StringIO(body), _row_type(width), None, ",", ndmin=1)
        if len(table) == num_rows and np.char.str_len(table["name"]).max() < width:
            return table
    rows = list(csv.reader(body.splitlines()))
    width = max((len(row[2]) for row in rows if len(row) == _NUM_CELLS), default=1)
    cells = [(int(step), int(epoch), name, float(value)) for step, epoch, name, value in rows]
    return np.array(cells, _row_type(width))


def _row_type(width: int) -> np.dtype[np.void]:
    names = ("step", "epoch", "name", "value")
    return np.dtype(list(zip(names, ("i8", "i8", f"U{max(width, 1)}", "f8"), strict=True)))


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
