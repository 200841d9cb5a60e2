"""Puts pictures into a folder."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from digitdet.console import track


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
