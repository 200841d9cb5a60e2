"""Listing and checking of picture folders."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from digitdet.datasets.images import IMAGE_SUFFIXES


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


def missing_files(folder: Path, names: Sequence[str]) -> list[int]:
    """Find which of many files a folder lacks, listing each folder once.

    Args:
        folder: The folder.
        names: Paths relative to it.

    Returns:
        The positions in ``names`` of those that are not there.
    """
    paths = [PurePath(name) for name in names]
    present = {
        parent: {entry.name for entry in (folder / parent).iterdir()}
        if (folder / parent).is_dir()
        else set()
        for parent in {path.parent for path in paths}
    }
    return [p for p, path in enumerate(paths) if path.name not in present[path.parent]]


def natural_key(file: Path) -> tuple[list[tuple[int, int | str]], str]:
    """Make a key that sorts ``2.png`` before ``10.png``; names equal so far go by their letters."""
    parts = re.split(r"(\d+)", file.as_posix())
    key = [(0, int(part)) if part.isdecimal() else (1, part.lower()) for part in parts]
    return key, file.as_posix()


def list_images(folder: Path) -> list[Path]:
    """List the pictures of a folder in natural order.

    Args:
        folder: The folder; its subfolders are not searched.

    Returns:
        The files that end like a PNG, JPEG, WebP or BMP picture; hidden ones are left out.
    """
    files = (
        file
        for file in folder.iterdir()
        if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".")
    )
    return sorted(files, key=natural_key)


def assign_image_ids(files: Sequence[Path]) -> tuple[list[int], bool]:
    """Give each picture its id.

    Args:
        files: Pictures, in order.

    Returns:
        The ids, and whether they are the integers of the stems. Where a stem is not an integer,
        ids run from 1 in order.

    Raises:
        ValueError: If every stem is an integer and two are equal.
    """
    if not all(file.stem.isascii() and file.stem.isdecimal() for file in files):
        return list(range(1, len(files) + 1)), False
    owners: dict[int, Path] = {}
    for file in files:
        other = owners.setdefault(int(file.stem), file)
        if other is not file:
            raise ValueError(f"{other} and {file} both have the image id {int(file.stem)}")
    return list(owners), True
