"""A folder that is there whole or not at all."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from digitdet.console import track


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write to, which takes its name once all is written.

    Until then it lies beside it as ``.NAME.HEX.part``. It is removed on an error; a kill leaves it.

    Args:
        out: The folder to make; new or empty.

    Yields:
        The folder to write to.

    Raises:
        ValueError: If ``out`` is not a new or empty folder.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise ValueError(f"{out}: is not a new or empty folder; nothing was written")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    part.mkdir()
    try:
        yield part
        if out.exists():
            out.rmdir()
        part.rename(out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def place_files(pairs: Iterable[tuple[Path, Path]], *, link: bool) -> None:
    """Copy or hard-link files, with a progress bar.

    Args:
        pairs: Each file, and where to put it; folders are made.
        link: Whether to hard-link, which takes no space: who edits one of both then edits both.

    Raises:
        ValueError: If a file can't be linked, since it lies on another disk or its disk has no
            links.
    """
    for source, target in track(list(pairs), "linking pictures" if link else "copying pictures"):
        target.parent.mkdir(parents=True, exist_ok=True)
        if not link:
            shutil.copyfile(source, target)
            continue
        try:
            os.link(source.resolve(), target)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
                raise
            reason = f"{source}: can't be linked to {target.parent} ({error.strerror})"
            raise ValueError(f"{reason}; leave --link out, or name a folder on its disk") from error
