"""Reads the splits of a data folder tolerantly, so that all problems are found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from digitdet.checks.findings import Problem
from digitdet.checks.pictures import list_files, read_pictures
from digitdet.checks.records import Split
from digitdet.datasets.folders import natural_key
from digitdet.datasets.images import is_picture
from digitdet.datasets.json_files import read_json
from digitdet.datasets.paths import is_plain, resolve

LISTS = ("images", "annotations", "categories")


def read_splits(root: Path, *, with_pictures: bool = True) -> tuple[list[Split], list[Problem]]:
    """Read the annotation files and the pictures of a data folder.

    A split is a file ``NAME.json`` or ``NAME.json.gz`` with the folder ``NAME/``, or a folder of
    pictures without a file. JSON that is no annotation file and has no folder is passed over.

    Args:
        root: The data folder.
        with_pictures: Whether to decode all pictures, with a progress bar; else folders are not
            looked at.

    Returns:
        The splits, and what kept others from being read.

    Raises:
        ValueError: If a file or folder has a name that cannot be shown in one line.
    """
    for path in root.iterdir():
        if not is_plain(path.name):
            raise ValueError(f"{root}: holds {path.name!r}; rename it, in printable characters")
    splits, problems = _read_files(root)
    if with_pictures:
        known = {split.name for split in splits} | {_stem(Path(p.file)) for p in problems}
        splits += [
            Split(name=folder.name, source=folder.name, folder=folder)
            for folder in _picture_folders(root)
            if folder.name not in known
        ]
        problems += _missing_folders(splits)
        splits = _add_pictures(splits, root)
    problems += _missing_annotations(root, splits, problems, with_pictures)
    return splits, problems


def _missing_annotations(
    root: Path, splits: Sequence[Split], problems: Sequence[Problem], with_pictures: bool
) -> Iterator[Problem]:
    """Tell if there is nothing to check, or pictures alone."""
    if not splits and not problems:
        held = "neither" if with_pictures else "no annotation file; pictures were not looked for"
        yield Problem("no_data", ".", f"{root} holds {held}")
    elif not problems and not any(split.is_labelled for split in splits):
        folders = ", ".join(f"{split.name}/" for split in splits)
        yield Problem("no_annotations", ".", f"beside {folders} there is no .json or .json.gz")


def _read_files(root: Path) -> tuple[list[Split], list[Problem]]:
    """Read the annotation files."""
    splits: list[Split] = []
    problems: list[Problem] = []
    for name, files in _annotation_files(root).items():
        for file in files[1:]:
            detail = f"stands beside {files[0].name} and is not looked at"
            problems.append(Problem("file_twice", file.name, detail))
        found = _read_split(root / name, files[0])
        if isinstance(found, Split):
            splits.append(found)
        elif found:
            problems.append(found)
    return splits, problems


def _annotation_files(root: Path) -> dict[str, list[Path]]:
    """Return the files of each name, ``.json`` before ``.json.gz``."""
    files: dict[str, list[Path]] = {}
    for file in sorted([*root.glob("*.json"), *root.glob("*.json.gz")], key=natural_key):
        if not file.name.startswith("."):
            files.setdefault(_stem(file), []).append(file)
    return files


def _stem(file: Path) -> str:
    return file.name.removesuffix(".gz").removesuffix(".json")


def _read_split(folder: Path, file: Path) -> Split | Problem | None:
    """Return a split, the reason why it cannot be read, or None if a file is none."""
    try:
        content = read_json(file, "annotation file")
    except (FileNotFoundError, ValueError) as error:
        return Problem("file_unreadable", file.name, str(error).removeprefix(f"{file}: "))
    content = content if isinstance(content, Mapping) else {}
    if not folder.is_dir() and "images" not in content and "annotations" not in content:
        return None
    lacking = [key for key in LISTS if not isinstance(content.get(key), list)]
    if lacking:
        detail = f"lacks the list {' and '.join(map(repr, lacking))} of the COCO format"
        return Problem("file_unreadable", file.name, detail)
    rest: dict[str, Any] = {key: value for key, value in content.items() if key not in LISTS}
    lists = {key: content[key] for key in LISTS}
    return Split(name=folder.name, source=file.name, folder=folder, rest=rest, **lists)


def _picture_folders(root: Path) -> Iterator[Path]:
    for folder in sorted(root.iterdir(), key=natural_key):
        visible = folder.is_dir() and not folder.name.startswith(".")
        if visible and any(map(is_picture, list_files(folder))):
            yield folder


def _missing_folders(splits: Sequence[Split]) -> Iterator[Problem]:
    for split in splits:
        if not split.folder.is_dir():
            yield Problem("folder_missing", split.source, f"{split.name}/ is not there")


def _add_pictures(splits: Sequence[Split], root: Path) -> list[Split]:
    """Read the pictures of all folders, and the other files that are listed as pictures."""
    names = [_picture_names(split) for split in splits]
    files = [
        (split.folder, name) for split, found in zip(splits, names, strict=True) for name in found
    ]
    pictures = iter(read_pictures(files, root))
    return [
        replace(split, pictures={name: next(pictures) for name in found})
        if split.folder.is_dir()
        else split
        for split, found in zip(splits, names, strict=True)
    ]


def _picture_names(split: Split) -> list[str]:
    """Name the pictures of a folder, and what is listed and there: hidden, or in linked folders."""
    listed = set(split.names.values())
    names = [n for n in list_files(split.folder) if n in listed or is_picture(n)]
    others = sorted(listed.difference(names))
    return [*names, *(name for name in others if resolve(split.folder / name))]
