"""Decoded pictures in one file, mapped into memory by all workers and ranks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.picture_file import (
    Read,
    digest_of,
    lock,
    open_pictures,
    write_pictures,
)
from digitdet.whole_files import remove_parts


class DiskCache:
    """Decoded pictures in one memory-mapped file that all workers and ranks of a machine share.

    The file is made when it is first asked for, and again when a picture's size or time of change
    differs. Of several processes that want it at once, one makes it and the others wait. A picture
    that can't be decoded, or is beyond the limit, is left out.

    Args:
        files: The pictures.
        folder: Where the file lies; made if need be.
        max_bytes: Most bytes of pixels to hold.
        read: Decodes the picture at a position: (3, H, W). It may raise ``ValueError`` or
            ``FileNotFoundError``.

    Attributes:
        file: The file; its name follows from the pictures' paths.

    Raises:
        ValueError: If the file can't be written.
    """

    def __init__(self, files: Sequence[Path], folder: Path, max_bytes: int, read: Read) -> None:
        key, self._digest = digest_of(files, max_bytes)
        self.file = folder / f"{key}.pictures"
        pictures = open_pictures(self.file, self._digest)
        if pictures is None:
            try:
                pictures = self._make(len(files), max_bytes, read)
            except OSError as error:
                raise ValueError(
                    f"{self.file}: can't be written ({error.strerror or error}); name another "
                    "folder by cache_dir, or take cache='ram' or cache='none'"
                ) from error
        self._pictures = pictures

    def _make(self, num_pictures: int, max_bytes: int, read: Read) -> list[Any] | None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with lock(self.file.with_suffix(".lock")) as alone:
            if open_pictures(self.file, self._digest) is None:
                if alone:
                    remove_parts(self.file)
                write_pictures(self.file, self._digest, num_pictures, max_bytes, read)
        return open_pictures(self.file, self._digest)

    def __getstate__(self) -> dict[str, Any]:
        return {"file": self.file, "_digest": self._digest}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._pictures = open_pictures(self.file, self._digest)

    def get(self, index: int) -> NDArray[np.uint8] | None:
        """Return the (3, H, W) picture at a position, read-only; None if it is not held."""
        return self._pictures[index] if self._pictures else None

    def put(self, index: int, image: NDArray[np.uint8]) -> None:
        """Do nothing: what the file does not hold stays out of it."""
