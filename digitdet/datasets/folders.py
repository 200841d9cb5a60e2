"""Listing and checking of picture folders."""

import functools
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from pathlib import Path, PurePath

from mmengine.logging import print_log

from digitdet.datasets.images import is_picture
from digitdet.datasets.paths import exists_inside, is_plain, resolve

# Pictures that no data set reads; their number is told, lest they be missed later.
OTHER_SUFFIXES = frozenset(
    {".avif", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jxl", ".tif", ".tiff"}
)


def check_folder(data_root: Path, image_dir: Path) -> None:
    """Refuse a data folder that is not there.

    Args:
        data_root: Folder of the data set; the working folder if empty.
        image_dir: Folder of its pictures.

    Raises:
        FileNotFoundError: If one is missing; the message says how to get or name it.
    """
    for folder in (data_root, image_dir):
        if not folder.is_dir():
            raise FileNotFoundError(
                f"{folder}: no such folder. Put the data there in the homework's layout (train/, "
                "valid/, test/, train.json, valid.json), or name its place: "
                "--cfg-options data_root=FOLDER. Data to try with: "
                "python tools/make_synthetic.py FOLDER"
            )


def _roots(folder: Path, data_root: Path | None) -> list[Path]:
    """Resolve the folders that links may lead to: the user named both."""
    found = (resolve(path) for path in (folder, data_root) if path is not None)
    return [path for path in found if path]


def _entries(folder: Path) -> dict[str, bool]:
    """Map the name of each entry of a folder to whether it is a link."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.is_symlink() for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ValueError(f"{folder}: can't be listed ({error.strerror})") from error


def missing_files(folder: Path, names: Sequence[str], data_root: Path | None = None) -> list[int]:
    """Find which of many files a folder lacks, listing each folder once.

    Args:
        folder: The folder.
        names: Paths relative to it, without ``..``.
        data_root: A folder that links may lead to, besides ``folder``.

    Returns:
        The positions in ``names`` of those that are not there, or are links to nothing.

    Raises:
        ValueError: If a file or its folder leads by a link elsewhere, or can't be listed.
    """
    paths = [PurePath(name) for name in names]
    roots = _roots(folder, data_root)
    listed = functools.cache(_entries)  # A link to its own folder gives one endless names.
    present = {
        parent: listed(resolve(inside) or inside) if exists_inside(inside, roots) else {}
        for parent, inside in {path.parent: folder / path.parent for path in paths}.items()
    }

    def is_missing(path: PurePath) -> bool:
        is_link = present[path.parent].get(path.name)
        return is_link is None or (is_link and not exists_inside(folder / path, roots))

    return [position for position, path in enumerate(paths) if is_missing(path)]


def natural_key(file: Path) -> tuple[list[tuple[int, int | str]], str]:
    """Make a key that sorts ``2.png`` before ``10.png``; names equal so far go by their letters."""
    parts = re.split(r"(\d+)", file.as_posix())
    key = [(0, int(part)) if part.isdecimal() else (1, part.lower()) for part in parts]
    return key, file.as_posix()


def list_images(folder: Path, data_root: Path | None = None) -> list[Path]:
    """List the pictures of a folder in natural order.

    Pictures of a kind that is not read are counted in a warning.

    Args:
        folder: The folder; its subfolders are not searched.
        data_root: A folder that links may lead to, besides ``folder``.

    Returns:
        The files that end like a PNG, JPEG, WebP or BMP picture; hidden ones are left out.

    Raises:
        ValueError: If a picture leads by a link elsewhere, has a name with control characters or
            one that is not UTF-8, or if the folder can't be listed.
    """
    entries = _entries(folder)
    files = [folder / name for name in entries if not name.startswith(".")]
    others = count_kinds(files, OTHER_SUFFIXES)
    if others:
        print_log(
            f"{folder}: {others} left out; convert them to PNG or JPEG to have them read",
            logger="current",
            level=logging.WARNING,
        )
    pictures = [file for file in files if is_picture(file)]
    roots = _roots(folder, data_root)
    for file in pictures:
        if not is_plain(file.name):
            raise ValueError(
                f"{folder}: holds a picture named {file.name!r}; rename it, in printable characters"
            )
        if entries[file.name]:
            exists_inside(file, roots)
    return sorted(pictures, key=natural_key)


def count_kinds(files: Iterable[Path], suffixes: Set[str]) -> str:
    """Count the files that end in one of some suffixes, as ``3 .gif, 1 .tif``; empty if none do."""
    counts = Counter(file.suffix.lower() for file in files)
    return ", ".join(f"{counts[suffix]} {suffix}" for suffix in sorted(counts.keys() & suffixes))


def assign_image_ids(files: Sequence[Path]) -> tuple[list[int], bool]:
    """Give each picture its id.

    Args:
        files: Pictures, in order.

    Returns:
        The ids, and whether they are the integers of the stems. Where a stem is not an integer
        below 2**63, ids run from 1 in order.

    Raises:
        ValueError: If every stem is an integer and two are equal.
    """
    stems = [file.stem for file in files]
    if not all(s.isascii() and s.isdecimal() and int(s) < 2**63 for s in stems):
        return list(range(1, len(files) + 1)), False
    owners: dict[int, Path] = {}
    for file in files:
        other = owners.setdefault(int(file.stem), file)
        if other is not file:
            raise ValueError(f"{other} and {file} both have the image id {int(file.stem)}")
    return list(owners), True
