"""Paths that come with the data: which are taken, and how their files are opened."""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import IO

MAX_PART_BYTES = 255  # of a file's or folder's name on ext4, APFS and NTFS
MAX_NAME_BYTES = 1024  # of a name with its folders; Linux takes 4096 with all folders above
MAX_FILE_BYTES = 2**29  # COCO's largest annotation file has 450 MB; SVHN's pictures have 5 kB
# Control characters, line separators and lone surrogates: they break a message, a table or UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_plain(name: str) -> bool:
    """Say whether a name can be shown in one line, written as UTF-8, and be on a disk."""
    if len(name) > MAX_NAME_BYTES or _UNPRINTABLE.search(name):
        return False
    if 4 * len(name) <= MAX_PART_BYTES:  # UTF-8 takes at most 4 bytes for a character
        return True
    parts = (len(part.encode()) for part in re.split(r"[/\\]", name))
    return len(name.encode()) <= MAX_NAME_BYTES and all(size <= MAX_PART_BYTES for size in parts)


def is_relative(name: str) -> bool:
    r"""Say whether a name stays inside its folder by its letters, as POSIX and Windows read it.

    Absolute names, drives and ``..`` do not, wherever a ``/`` or ``\`` separates them; nor does a
    name that ends in a folder name a file.
    """
    parts = re.split(r"[/\\]", name)
    return bool(parts[0]) and name[1:2] != ":" and ".." not in parts and parts[-1] not in ("", ".")


def resolve(path: Path) -> Path | None:
    """Follow all links of a path; None where it, or what it links to, is not there."""
    try:
        return Path(os.path.realpath(path, strict=True))
    except OSError:
        return None


def exists_inside(path: Path, roots: Sequence[Path]) -> bool:
    """Say whether a path is there, and refuse one that leads out of the data by a link.

    Args:
        path: A file or folder.
        roots: Resolved folders; the path has to lie in one of them after all links.

    Returns:
        False where nothing is there, or where a link leads to nothing or to itself.

    Raises:
        ValueError: If it leads elsewhere.
    """
    target = resolve(path)
    if target and not any(target.is_relative_to(root) for root in roots):
        folders = " and ".join(map(str, dict.fromkeys(roots)))
        raise ValueError(
            f"{path}: leads by a link to {target}, outside {folders}; copy it there, or name a "
            "data_root that holds both"
        )
    return target is not None


def open_file(file: Path, what: str) -> IO[bytes]:
    """Open a file for reading; a pipe or device is refused, since it would block or never end.

    Args:
        file: The file.
        what: What it is, for errors: ``"picture"``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it can't be opened, is no regular file, or has more than `MAX_FILE_BYTES`.
    """
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            reason = "it is a folder, a pipe or a device, not a file"
        elif status.st_size > MAX_FILE_BYTES:
            reason = f"it has {status.st_size} bytes, above {MAX_FILE_BYTES}"
        else:
            return file.open("rb")
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such {what}") from None
    except OSError as error:
        reason = error.strerror or str(error)
    raise ValueError(f"{file}: can't be opened as {what} ({reason})")
