"""Finds the checkpoint that a run goes on from, and keeps those of other runs apart."""

import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from digitdet.analysis.runs.record import RECORD_FILE
from digitdet.best_folder import BEST_DIR, best_step
from digitdet.checkpoints.archives import check_whole
from digitdet.checkpoints.content import FORMAT
from digitdet.checkpoints.reading import read_meta
from digitdet.console import console, warn
from digitdet.datasets.folders import natural_key
from digitdet.scalars_file import SCALARS_CSV

# What the report of a run leaves, beside curves that are each an SVG and a PNG.
REPORT = ("report.html", "confusion.png")
SUFFIXES = (".pth", ".pt", ".ckpt")
# What a writer that was killed leaves behind: see `digitdet.whole_files`.
UNFINISHED = ".*.part"
Position = tuple[int, int]  # finished steps and epochs


def newest_checkpoint(work_dir: Path) -> Path | None:
    """Return the newest checkpoint of a folder that is whole and that a run can go on from.

    Its steps and epochs decide, whatever its name is; of equal ones, when it was written. Those
    that are torn are named, if there are any.

    Args:
        work_dir: The folder; need not be there.

    Returns:
        The checkpoint; None where there is none to go on from, and none that is torn.

    Raises:
        ValueError: If all are torn.
    """
    newest, torn = search(work_dir)
    names = ", ".join(file.name for file in torn)
    if torn and newest is None:
        raise ValueError(
            f"{work_dir}: no checkpoint there is whole ({names}), so there is nothing to go on "
            "from. To start from the beginning, train without --resume: those whose names the run "
            "needs are kept in a folder of their own; or name another one: `--resume FILE`"
        )
    if torn:
        warn(f"{work_dir}: torn or no checkpoint: {names}; going on from {newest}")
    return newest


def search(work_dir: Path) -> tuple[Path | None, list[Path]]:
    """Look for the newest checkpoint of a folder that a run can go on from.

    Returns:
        It, and those that are torn or damaged, as far as they had to be looked at.
    """
    torn: list[Path] = []
    dated = []
    for file in _checkpoint_files(work_dir):
        meta = _meta(file)
        if meta is None:
            torn.append(file)
        elif meta.get("is_resumable") and _position(meta) is not None:
            dated.append((_position(meta), file.stat().st_mtime_ns, natural_key(file), file))
    for *_, file in sorted(dated, reverse=True):
        if _is_whole(file):
            return file, torn
        torn.append(file)
    return None, torn


def find_to_resume(work_dir: Path) -> Path | None:
    """Return the checkpoint that a run goes on from; None, and say so, where it begins.

    Raises:
        ValueError: If all are torn.
    """
    newest = newest_checkpoint(work_dir)
    if newest is None:
        console.print(
            f"--resume: {work_dir} holds no checkpoint, so training starts from the beginning"
        )
    return newest


def has_checkpoints(work_dir: Path) -> bool:
    """Whether a folder holds any checkpoint, whole or not."""
    return any(True for _ in _checkpoint_files(work_dir))


def set_aside(work_dir: Path, after: int | None, named: Collection[Path] = ()) -> None:
    """Move what an earlier run left in a folder to one within it, and say so.

    A run that begins in the folder neither writes over it nor takes it for its own. What a killed
    writer left unfinished is deleted.

    Args:
        work_dir: The folder; need not be there.
        after: The steps that the run goes on from: checkpoints of later ones are moved, and the
            best validation if it was later, with a copy of the scalars, whose later rows are cut
            off; None for a new run: all of digitdet's, with the record and the report.
        named: The files with names that the run gives, too: they are moved where they are torn, or
            another program's. Others of these kinds stay.
    """
    for part in work_dir.glob(UNFINISHED):
        if Path(part.stem).stem.endswith(SUFFIXES):
            part.unlink(missing_ok=True)
    moved = [f for f in _checkpoint_files(work_dir) if _is_other(f, after, is_named=f in named)]
    moved += _other_results(work_dir, after)
    scalars = work_dir / SCALARS_CSV
    if after is None and scalars.is_file():
        moved.append(scalars)
    if not moved:
        return
    place = _unused(work_dir / time.strftime("earlier_%Y%m%d_%H%M%S"))
    place.mkdir()
    if scalars not in moved and scalars.is_file():  # its rows beyond the run's steps go with them
        shutil.copyfile(scalars, place / scalars.name)
    for file in moved:
        file.rename(place / file.name)
    what = "of an earlier run" if after is None else f"of later steps than {after}, or not its own"
    names = ", ".join(file.name for file in moved[:5]) + (", ..." if len(moved) > 5 else "")
    count = "1 file" if len(moved) == 1 else f"{len(moved)} files"
    console.print(f"kept in {place}: {count} {what}: {names}")


def _checkpoint_files(work_dir: Path) -> Iterator[Path]:
    files = work_dir.iterdir() if work_dir.is_dir() else ()
    yield from sorted(
        (f for f in files if f.suffix in SUFFIXES and f.is_file() and f.name[0] != "."),
        key=natural_key,
    )


def _meta(file: Path) -> dict[str, Any] | None:
    """Return what a file says of itself; None if it can't be read."""
    try:
        return read_meta(file)
    except (OSError, ValueError):
        return None


def _position(meta: dict[str, Any]) -> Position | None:
    """Return finished steps and epochs; None where digitdet did not write the file."""
    position = meta.get("iter"), meta.get("epoch")
    is_own = meta.get("format") == FORMAT and all(type(value) is int for value in position)
    return position if is_own else None  # type: ignore[return-value]


def _is_whole(file: Path) -> bool:
    try:
        check_whole(file)
    except (OSError, ValueError):
        return False
    return True


def _is_other(file: Path, after: int | None, *, is_named: bool) -> bool:
    """Whether a checkpoint is of a run that another one takes the place of."""
    position = _position(_meta(file) or {})
    if position is None:
        return is_named
    return after is None or position[0] > after


def _other_results(work_dir: Path, after: int | None) -> Iterator[Path]:
    """Yield what is not of a run that goes on after some steps: its record, best, and report."""
    if after is None or after < 0:  # from nowhere, or from another folder
        names = (RECORD_FILE, BEST_DIR, *REPORT)
        yield from (work_dir / name for name in names if (work_dir / name).exists())
        has_report = (work_dir / REPORT[0]).exists()
        drawings = sorted(work_dir.glob("*.svg")) if has_report else []
        pictures = (drawing.with_suffix(".png") for drawing in drawings)
        yield from (*drawings, *(picture for picture in pictures if picture.exists()))
    elif best_step(work_dir) > after:
        yield work_dir / BEST_DIR


def _unused(folder: Path) -> Path:
    number, name = 1, folder.name
    while folder.exists():
        number += 1
        folder = folder.with_name(f"{name}_{number}")
    return folder
