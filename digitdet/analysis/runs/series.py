"""Reads ``scalars.csv`` as arrays, a series for each name."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.analysis.charts.chart import FloatArray

IntArray = NDArray[np.int64]
SCALARS_CSV, HEADER = "scalars.csv", ["step", "epoch", "name", "value"]


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
    lines = text[: text.rfind("\n") + 1].splitlines()
    if lines and next(csv.reader(lines[:1])) != HEADER:
        raise ValueError(
            f"{file}: begins with {lines[0]!r} instead of {','.join(HEADER)!r}; it is not what a "
            "training writes"
        )
    return {name: _to_series(rows) for name, rows in _by_name(file, lines[1:]).items()}


def _by_name(file: Path, lines: Iterable[str]) -> dict[str, list[tuple[int, int, float]]]:
    rows: dict[str, list[tuple[int, int, float]]] = {}
    reader = csv.reader(lines)
    try:
        for step, epoch, name, value in reader:
            row = (int(step), int(epoch), float(value))
            if name in rows:
                rows[name].append(row)
            else:
                rows[name] = [row]
    except (ValueError, csv.Error) as error:
        raise ValueError(
            f"{file}: line {reader.line_num + 1} is no row of step, epoch, name and value "
            f"({error}); remove that line, or go on with the run by --resume"
        ) from error
    return rows


def _to_series(rows: list[tuple[int, int, float]]) -> Series:
    steps, epochs, values = zip(*rows, strict=True)
    return Series(
        np.array(steps, dtype=np.int64),
        np.array(epochs, dtype=np.int64),
        np.array(values, dtype=np.float64),
    )
