"""Where an analysis writes, and what it never overwrites."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from digitdet.whole_files import check_writable, whole_file

ERRORS_JSON = "errors.json"
MADE_BY = "digitdet: tools/analyze_errors.py"
NAMES = (
    ERRORS_JSON,
    "errors.csv",
    "confusion.csv",
    "confusion.png",
    "pairs.png",
    "curves.png",
    "calibration.png",
    "strata.png",
    "cards.html",
    "cards",
)


def check_out(
    out: Path, inputs: Sequence[Path], names: Sequence[str] = NAMES, made_by: str = MADE_BY
) -> None:
    """Refuse a folder in which an analysis would overwrite what is not its own.

    A folder that holds the first of its files, a JSON file that says so, is one of its own.

    Args:
        out: The folder to write to; need not be there.
        inputs: Files and folders that are read.
        names: What is written, a JSON file first.
        made_by: What that says in ``made_by``.

    Raises:
        ValueError: If it is no folder or can't be written to, what is read would be overwritten, or
            one of the names is there that no such analysis wrote.
    """
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out}: is a file; --out names a folder")
    check_writable(out)
    written = [out / name for name in names]
    for file in inputs:
        for target in written:
            if file.resolve().is_relative_to(target.resolve()):
                raise ValueError(
                    f"{file}: would be overwritten, as the analysis writes {target}; choose "
                    "another folder by --out"
                )
    there = [target for target in written if target.exists() or target.is_symlink()]
    if there and not _is_ours(out / names[0], made_by):
        raise ValueError(
            f"{there[0]}: is there already, and {out} holds no {names[0]} of an earlier "
            "analysis; choose another folder by --out, or move the file away"
        )


def _is_ours(file: Path, made_by: str) -> bool:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("made_by") == made_by


def write_csv(file: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table; the file appears under its name when it is whole."""
    with whole_file(file) as part, part.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
