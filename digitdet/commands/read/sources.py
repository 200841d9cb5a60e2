"""Finds what the arguments of ``digitdet read`` name."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digitdet.datasets.folders import natural_key
from digitdet.datasets.images import is_picture
from digitdet.given_pictures import VIDEO_SUFFIXES, is_folder, pictures_in

CAMERA = re.compile(r"camera:(\d{1,4})")
STANDARD_INPUT = "-"
_MAGIC = re.compile(r"[*?\[]")

Kind = Literal["picture", "video", "camera", "nothing"]


@dataclass(frozen=True)
class Source:
    """A picture, a video or a camera.

    Attributes:
        name: Its file, as it was named, or ``camera:NUMBER``.
        kind: What it is; ``"nothing"`` for what can't be read.
        error: Why it can't be; empty otherwise.
    """

    name: str
    kind: Kind
    error: str = ""


def find_sources(paths: Iterable[str], names: Iterable[str] = ()) -> Iterator[Source]:
    """Find what paths stand for, in their order.

    Files are taken as they are named, whatever they end in. Of a folder it is the pictures, in
    natural order, without those of its subfolders; of a pattern the pictures and the videos that
    match, and the pictures of folders that do, unless it holds ``**``. What begins with a point is
    left out unless it is named. A path that is there is no pattern.

    Args:
        paths: Files, folders, patterns and cameras; ``-`` stands for ``names``.
        names: Further paths, taken one by one; empty ones are left out.

    Yields:
        Each source; one of the kind ``"nothing"`` for a path that stands for none.
    """
    for path in paths:
        if path == STANDARD_INPUT:
            lines = (name.rstrip("\r\n") for name in names)
            yield from (source for line in lines if line for source in _sources(line))
        else:
            yield from _sources(path)


def _sources(path: str) -> Iterator[Source]:
    if CAMERA.fullmatch(path):
        yield Source(path, "camera")
    elif is_folder(path):
        yield from _pictures_of(path)
    elif os.path.lexists(path):
        yield _file(path)
    elif _MAGIC.search(path):
        yield from _matching(path)
    else:
        yield Source(path, "nothing", f"{path or repr(path)}: not there")


def _file(path: str) -> Source:
    return Source(path, "video" if Path(path).suffix.lower() in VIDEO_SUFFIXES else "picture")


def _pictures_of(folder: str) -> Iterator[Source]:
    try:
        pictures = pictures_in(Path(folder))
    except ValueError as error:
        yield Source(folder, "nothing", str(error))
        return
    if not pictures:
        yield Source(folder, "nothing", f"{folder}: holds no picture")
    for picture in pictures:
        yield Source(str(picture), "picture")


def _matching(pattern: str) -> Iterator[Source]:
    """Find what matches, as pathlib does: ``**`` follows no links, which may go round."""
    root = Path(Path(pattern).anchor)
    parts = Path(pattern).relative_to(root).parts
    if parts[-1] == "**":
        parts = (*parts, "*")  # as Python 3.13 has it
    try:
        found = sorted(root.glob(str(Path(*parts))), key=natural_key)
    except (ValueError, OSError) as error:
        yield Source(pattern, "nothing", f"{pattern}: no pattern that can be followed ({error})")
        return
    names_hidden = any(map(_is_hidden, parts))
    usable = [
        path
        for path in found
        if (names_hidden or not any(map(_is_hidden, path.relative_to(root).parts)))
        and (("**" not in parts) if is_folder(path) else _is_known(path))
    ]
    if not usable:
        yield Source(pattern, "nothing", f"{pattern}: no picture or video matches")
    for path in usable:
        yield from _pictures_of(str(path)) if is_folder(path) else [_file(str(path))]


def _is_hidden(part: str) -> bool:
    return part.startswith(".") and part not in (".", "..")


def _is_known(path: Path) -> bool:
    return is_picture(path) or path.suffix.lower() in VIDEO_SUFFIXES
