"""Reads every picture of a data set once: its size and a hash of its pixels."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from digitdet.console import track
from digitdet.datasets.folders import natural_key
from digitdet.datasets.images import read_image
from digitdet.datasets.paths import exists_inside, resolve


@dataclass(frozen=True)
class Picture:
    """What is known of a picture file.

    Attributes:
        size: Width and height in pixels, turned upright; None if it can't be decoded.
        digest: Hash of its pixels as RGB, empty if it can't be decoded: the same for a copy in
            another lossless format.
        error: Why it can't be decoded; empty if it can be.
    """

    size: tuple[int, int] | None = None
    digest: str = ""
    error: str = ""


def list_files(folder: Path) -> list[str]:
    """List the files of a folder and of its subfolders; links to folders are not followed.

    Args:
        folder: The folder; one that is not there is empty.

    Returns:
        Their names relative to it, with ``/``, in natural order. Hidden ones are left out.
    """
    files: list[Path] = []
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        relative = Path(parent).relative_to(folder)
        files += [relative / name for name in names if not name.startswith(".")]
    return [file.as_posix() for file in sorted(files, key=natural_key)]


def read_pictures(files: Sequence[tuple[Path, str]], root: Path) -> list[Picture]:
    """Decode and hash pictures in threads, with a progress bar where there is a terminal.

    Args:
        files: Folder, and name relative to it, of each.
        root: The data folder; links may lead into it or the picture's folder, not elsewhere.

    Returns:
        What each of them is.
    """
    roots = {
        folder: [path for path in (resolve(root), resolve(folder)) if path]
        for folder in {folder for folder, _ in files}
    }

    def read(file: tuple[Path, str]) -> Picture:
        folder, name = file
        return read_picture(folder / name, roots[folder])

    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        readings = [pool.submit(read, file) for file in files]
        return [reading.result() for reading in track(readings, "reading pictures")]
    finally:
        # Ctrl-C must not wait for the thousands that are queued.
        pool.shutdown(cancel_futures=True)


def read_picture(file: Path, roots: Sequence[Path]) -> Picture:
    """Decode and hash one picture; a broken one has an error instead.

    Args:
        file: The file.
        roots: Resolved folders; it has to lie in one of them after all links.
    """
    try:
        exists_inside(file, roots)
        pixels = read_image(file).permute(1, 2, 0).contiguous().numpy()
    except (FileNotFoundError, ValueError) as error:
        return Picture(error=str(error).removeprefix(f"{file}: "))
    height, width = pixels.shape[:2]
    digest = hashlib.blake2b(f"{height} {width} ".encode(), digest_size=16)
    digest.update(pixels.data)
    return Picture((width, height), digest.hexdigest())
