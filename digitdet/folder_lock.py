"""Keeps two trainings from writing to one folder."""

import errno
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LOCK_FILE = ".lock"
HELD = (errno.EACCES, errno.EAGAIN)  # POSIX allows both
# Of `struct flock` with 64-bit offsets, and where its `l_type` is.
LAYOUTS = {"linux": ("hhqqi", 0), "darwin": ("qqihh", 3)}
_own: set[Path] = set()  # folders that this process holds


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Hold a folder for the training of this process.

    The lock ends with the process, however that ends; workers do not inherit it. Nothing is held on
    Windows, nor where the file system has no locks.

    Args:
        folder: The folder; is made.

    Raises:
        ValueError: If another process trains there.
    """
    if sys.platform == "win32":
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+", encoding="utf-8") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in HELD:
                stream.seek(0)
                holder = stream.read().strip() or "unknown"
                raise ValueError(
                    f"{folder}: another training is running in this folder, process {holder}; wait "
                    "for its end, or stop it, or choose another folder by --work-dir"
                ) from error
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        _own.add(folder.resolve())
        try:
            yield
        finally:
            _own.discard(folder.resolve())


def is_held(folder: Path) -> bool:
    """Whether a training holds a folder; asks only, and takes no lock.

    Args:
        folder: The folder; one that is not there is not held.

    Returns:
        Always False where nothing is held, or where that can't be asked.
    """
    if folder.resolve() in _own:
        return True  # to open and close the file would let this process' lock go
    if sys.platform == "win32" or sys.platform not in LAYOUTS or not (folder / LOCK_FILE).is_file():
        return False
    layout, place = LAYOUTS[sys.platform]
    question = [0] * 5
    question[place] = fcntl.F_WRLCK
    with (folder / LOCK_FILE).open("rb") as stream:
        try:
            answer = fcntl.fcntl(stream, fcntl.F_GETLK, struct.pack(layout, *question))
        except OSError:
            return False
    return bool(struct.unpack_from(layout, answer)[place] != fcntl.F_UNLCK)
