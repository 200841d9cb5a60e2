"""Keeps two trainings from writing to one folder."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LOCK_FILE = ".lock"
HELD = (errno.EACCES, errno.EAGAIN)  # POSIX allows both


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
        yield
