"""Decoded pictures in memory, shared by the workers of a process."""

import mmap
import multiprocessing
from typing import Any

import numpy as np
from numpy.typing import NDArray


class RamCache:
    """Decoded pictures in memory that a process and the workers forked from it share.

    It fills while pictures are read, so it costs nothing to start and only what it holds. The
    memory is an anonymous mapping: no file backs it, and ``/dev/shm`` may be small. A copy that is
    sent to a worker by pickling (start methods ``spawn`` and ``forkserver``) begins empty.

    Args:
        num_pictures: Pictures of the data set.
        max_bytes: Most bytes of pixels to hold; pictures beyond it are not kept.

    Raises:
        ValueError: If there is no such memory.
    """

    def __init__(self, num_pictures: int, max_bytes: int) -> None:
        self.num_pictures = num_pictures
        self.max_bytes = max_bytes
        self._pixels = _shared(max_bytes, np.uint8)
        # Of each picture: where its pixels begin, height and width; height 0 if it is not held.
        self._records = _shared(3 * num_pictures, np.int64).reshape(num_pictures, 3)
        self._used = _shared(1, np.int64)
        self._lock = multiprocessing.Lock()
        self._seen: dict[int, NDArray[np.uint8]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.num_pictures, self.max_bytes)

    @property
    def num_bytes(self) -> int:
        """Bytes of pixels that are held."""
        return int(self._used[0])

    def get(self, index: int) -> NDArray[np.uint8] | None:
        """Return the (3, H, W) picture at a position, not to be written to; None if not held."""
        found = self._seen.get(index)
        if found is None:
            with self._lock:
                start, height, width = self._records[index].tolist()
            if height:
                found = self._view(start, height, width)
                self._seen[index] = found
        return found

    def put(self, index: int, image: NDArray[np.uint8]) -> None:
        """Keep a (3, H, W) picture, if there is room."""
        _, height, width = image.shape
        with self._lock:
            start = int(self._used[0])
            if self._records[index, 1] or start + image.size > self.max_bytes:
                return
            self._view(start, height, width)[...] = image
            self._used[0] = start + image.size
            self._records[index] = start, height, width

    def _view(self, start: int, height: int, width: int) -> NDArray[np.uint8]:
        return self._pixels[start : start + 3 * height * width].reshape(3, height, width)


def _shared(size: int, dtype: Any) -> NDArray[Any]:
    """Make zeros in memory that forked processes share; pages are taken when first written to."""
    num_bytes = max(1, size) * np.dtype(dtype).itemsize
    try:
        memory = mmap.mmap(-1, num_bytes)
    except (OSError, OverflowError) as error:
        raise ValueError(
            f"cache='ram' finds no {num_bytes} bytes of memory ({error}); take a smaller "
            "cache_bytes, cache='disk' or cache='none'"
        ) from error
    return np.frombuffer(memory, dtype=dtype)[:size]
