"""Which files a folder holds, and what split and picture each belongs to."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath

from digitdet.datasets.folders import natural_key
from digitdet.datasets.images import is_picture
from digitdet.datasets.json_files import short
from digitdet.datasets.paths import exists_inside, is_plain, is_relative

SPLITS = {"train": "train", "valid": "valid", "val": "valid", "test": "test"}
# Folders that say what kind of file they hold; a picture and its annotation differ in them alone.
KINDS = frozenset({"annotations", "images", "jpegimages", "labels"})
NO_SPLIT = "pictures beside the splits"
NO_PICTURE = "annotation files without picture"


def list_files(root: Path) -> list[Path]:
    """List the files below a folder, in natural order.

    Hidden files and folders are left out. Links to folders are not followed.

    Args:
        root: The folder, resolved.

    Returns:
        Paths relative to it.

    Raises:
        ValueError: If a link leads out of the folder, or a name has control characters or is not
            UTF-8.
    """
    found: list[Path] = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in (*subfolders, *(name for name in names if not name.startswith("."))):
            if not is_plain(name):
                raise ValueError(f"{folder}: holds {short(name)}; rename it, in plain characters")
            file = Path(folder, name)
            present = not file.is_symlink() or exists_inside(file, [root])
            if present and file.is_file():
                found.append(file.relative_to(root))
    return sorted(found, key=natural_key)


def split_of(file: PurePath) -> str | None:
    """Return the split that one of a file's folders names, or None."""
    return next((SPLITS[part.lower()] for part in file.parts[:-1] if part.lower() in SPLITS), None)


def split_rank(split: str) -> int:
    """Return where a split comes among others: train, valid, test, then any other."""
    known = list(dict.fromkeys(SPLITS.values()))
    return known.index(split) if split in known else len(known)


def name_of(file: PurePath) -> PurePath:
    """Return a file's path without the folder of its split and that of its kind."""
    parts = list(file.parts[:-1])
    for known in (SPLITS, KINDS):
        position = next((p for p, part in enumerate(parts) if part.lower() in known), None)
        if position is not None:
            del parts[position]
    return PurePath(*parts, file.name)


def assign_splits(
    files: Sequence[Path], listed: Mapping[str, str] | None = None
) -> tuple[list[tuple[str, Path]], int]:
    """Give each picture its split, by its folders.

    Args:
        files: Paths relative to the data's folder.
        listed: Stem -> split, from lists of the data; looked up where no folder names a split.

    Returns:
        Split and path of each picture, and how many were left out for lying beside the splits.
        Where neither folders nor lists name a split, all pictures are ``train``.
    """
    pictures = [file for file in files if is_picture(file)]
    splits = [split_of(file) for file in pictures]
    if not any(splits):
        if not listed:
            return [("train", file) for file in pictures], 0
        splits = [listed.get(file.stem) for file in pictures]
    kept = [(split, file) for split, file in zip(splits, pictures, strict=True) if split]
    return kept, len(pictures) - len(kept)


def pair(
    pictures: Iterable[tuple[str, Path]], labels: Iterable[Path]
) -> tuple[dict[Path, Path], list[Path]]:
    """Find the annotation file of each picture: the one of its stem, but for its kind's folder.

    Args:
        pictures: Split and path of each, relative to the data's folder.
        labels: Annotation files, relative to the data's folder.

    Returns:
        Picture -> annotation file, and the annotation files that no picture has.

    Raises:
        ValueError: If a picture has two, or two pictures have one.
    """

    def key(file: Path) -> tuple[str | None, PurePath]:
        return split_of(file), name_of(file).with_suffix("")

    known: dict[tuple[str | None, PurePath], Path] = {}
    for file in labels:
        other = known.setdefault(key(file), file)
        if other is not file:
            raise ValueError(f"{file}: belongs to the same picture as {other}; keep one of them")
    found = {file: known[key(file)] for _, file in pictures if key(file) in known}
    check_unshared(found)
    used = set(found.values())
    return found, [file for file in known.values() if file not in used]


def check_unshared(labels: Mapping[Path, Path]) -> None:
    """Refuse an annotation file of two pictures, such as 1.jpg and 1.png: it can't tell which.

    Args:
        labels: Picture -> annotation file.

    Raises:
        ValueError: If two pictures have the same.
    """
    owners: dict[Path, Path] = {}
    for picture, file in labels.items():
        other = owners.setdefault(file, picture)
        if other is not picture:
            raise ValueError(f"{file}: is of {other} and of {picture}; take one of them out")


def check_inside(name: str, where: str) -> str:
    """Return a path of an annotation file with ``/``; refuse one that leaves its folder.

    Args:
        name: The path.
        where: File and place, for errors.

    Raises:
        ValueError: If it is absolute, has ``..``, or can't be shown in one line.
    """
    if not is_plain(name) or not is_relative(name):
        raise ValueError(f"{where}: has to be a path inside the data's folder, got {short(name)}")
    return name.replace("\\", "/")
