"""Files and folders that are there whole or not at all."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def whole_file(file: Path, *, is_durable: bool = False) -> Iterator[Path]:
    """Give a file to write to, which takes its name once it is written.

    Until then it lies beside it as ``.NAME.HEX.part``. It is removed on an error; a kill leaves it.

    Args:
        file: The file to make or replace.
        is_durable: Whether it has to outlast a power cut once this is left: its content is on the
            disk before it takes its name, and the name after.

    Yields:
        The file to write to.
    """
    part = _part(file)
    try:
        yield part
        if is_durable:
            _flush(part)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if is_durable:
        _flush_names(file.parent)


@contextmanager
def whole_folder(folder: Path, *, replaces: bool = False) -> Iterator[Path]:
    """Give a folder to write to, which takes its name once all is written.

    Until then it lies beside it as ``.NAME.HEX.part``. It is removed on an error; a kill leaves it.

    Args:
        folder: The folder to make; its parents are made.
        replaces: Whether one of that name is replaced, with all that it holds.

    Yields:
        The folder to write to.

    Raises:
        ValueError: If ``folder`` is not new or empty, and nothing may be replaced.
    """
    is_folder = folder.is_dir() and not folder.is_symlink()
    is_taken = not is_folder or any(folder.iterdir())
    if not replaces and (folder.exists() or folder.is_symlink()) and is_taken:
        raise ValueError(f"{folder}: is not a new or empty folder; nothing was written")
    part = _part(folder)
    part.mkdir(parents=True)
    try:
        yield part
        if replaces:
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def remove_parts(file: Path) -> None:
    """Remove what writers of a file left that were killed; none may be writing it."""
    for part in file.parent.iterdir():
        if part.name.startswith(f".{file.name}.") and part.suffix == ".part":
            part.unlink()


def write_json(file: Path, content: Any) -> None:
    """Write indented JSON; the file appears under its name when it is whole."""
    with whole_file(file) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def check_writable(folder: Path, option: str = "--out") -> None:
    """Refuse a folder in which no file can be made, before anything is computed for it.

    Args:
        folder: The folder; need not be there.
        option: What names another one, for the error.

    Raises:
        ValueError: If it can't be written to, or not be made.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise ValueError(
            f"{folder}: nothing can be written there, as {nearest} is no folder that may be "
            f"written to; choose another one by {option}"
        )


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _flush(file: Path) -> None:
    """Wait until a file's content is on the disk."""
    with file.open("r+b") as stream:
        os.fsync(stream.fileno())


def _flush_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the platform can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
