"""The file of decoded pictures: plain arrays, written whole or not at all.

It holds three arrays, the first two in NumPy's format: a digest of what it was made from, (32,)
uint8; the pictures' heights and widths, (I, 2) int64, 0 where one is left out; and the pixels of
all pictures, (3, H, W) each.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import PIL
from numpy.typing import NDArray

from digitdet.console import console
from digitdet.whole_files import whole_file

# Of the layout, and of what `read_image` makes of a file; another Pillow may decode otherwise.
FORMAT = f"pictures 1, Pillow {PIL.__version__}"

Read = Callable[[int], NDArray[np.uint8]]


def digest_of(files: Sequence[Path], max_bytes: int) -> tuple[str, NDArray[np.uint8]]:
    """Name a file of pictures, and what it is made from.

    Args:
        files: The pictures.
        max_bytes: Most bytes of pixels to hold.

    Returns:
        A name that follows from the paths alone, and a digest, (32,) uint8, that also follows from
        each picture's size and time of change, the limit, and the versions.
    """
    paths = [os.path.realpath(file) for file in files]
    content = [FORMAT, max_bytes, [_state(path) for path in paths]]
    name = hashlib.sha256(json.dumps(paths).encode()).hexdigest()[:32]
    digest = hashlib.sha256(json.dumps(content).encode()).digest()
    return name, np.frombuffer(digest, dtype=np.uint8)


def _state(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116  33,402 of them: Path.stat takes twice as long
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def lock(file: Path) -> Iterator[bool]:
    """Let one process at a time pass; the lock ends with its process. False if there is none."""
    with file.open("wb") as stream:
        try:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        except (ImportError, OSError):
            yield False
        else:
            yield True


def write_pictures(
    file: Path, digest: NDArray[np.uint8], num_pictures: int, max_bytes: int, read: Read
) -> None:
    """Decode pictures into a file; it appears under its name when it is whole.

    Args:
        file: The file to make or replace.
        digest: (32,) uint8, to be asked for on opening.
        num_pictures: How many.
        max_bytes: Most bytes of pixels to hold; what is beyond is left out.
        read: Decodes the picture at a position; one that it refuses is left out.

    Raises:
        OSError: If it can't be written.
    """
    console.print(f"decoding {num_pictures} pictures once, to {file}")
    with whole_file(file) as part, part.open("wb") as stream:
        _write(stream, digest, num_pictures, max_bytes, read)


def _write(
    stream: IO[bytes], digest: NDArray[np.uint8], num_pictures: int, max_bytes: int, read: Read
) -> None:
    sizes = np.zeros((num_pictures, 2), dtype=np.int64)

    def write_head() -> None:
        stream.seek(0)
        np.save(stream, digest, allow_pickle=False)
        np.save(stream, sizes, allow_pickle=False)

    write_head()  # its length depends on the number of pictures alone
    used = 0
    for index in range(num_pictures):
        try:
            image = read(index)
        except (FileNotFoundError, ValueError):
            continue  # who reads this picture is told
        if used + image.size <= max_bytes:
            stream.write(image.tobytes())
            sizes[index] = image.shape[1:]
            used += image.size
    write_head()


def open_pictures(file: Path, digest: NDArray[np.uint8]) -> list[NDArray[np.uint8] | None] | None:
    """Map a file of pictures into memory.

    Args:
        file: The file.
        digest: (32,) uint8, as it was written.

    Returns:
        The pictures, (3, H, W), read-only, None for one that is left out; None in place of the list
        where there is no such file, or it is not whole, or was made from something else.
    """
    try:
        with file.open("rb") as stream:
            found = np.load(stream, allow_pickle=False)
            if not np.array_equal(found, digest):
                return None
            sizes = np.load(stream, allow_pickle=False)
            start = stream.tell()
        ends = (3 * sizes.prod(axis=1)).cumsum().tolist()
        if file.stat().st_size != start + (ends[-1] if ends else 0):
            return None
        pixels: Any = np.zeros(0, np.uint8)
        if ends and ends[-1]:
            pixels = np.asarray(np.memmap(file, dtype=np.uint8, mode="r", offset=start))
    except (EOFError, OSError, ValueError):
        return None
    return [
        pixels[end - 3 * height * width : end].reshape(3, height, width) if height else None
        for end, (height, width) in zip(ends, sizes.tolist(), strict=True)
    ]
