"""Picture files, decoded at most once where a cache is asked for."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from digitdet.datasets.disk_cache import DiskCache
from digitdet.datasets.images import read_image
from digitdet.datasets.ram_cache import RamCache

CACHES = ("none", "ram", "disk")
# SVHN's 33,402 training pictures take 0.9 GB.
CACHE_BYTES = 2 * 2**30


class Cache(Protocol):
    """Keeps decoded pictures by their position."""

    def get(self, index: int) -> NDArray[np.uint8] | None:
        """Return the (3, H, W) picture at a position, not to be written to; None if not held."""

    def put(self, index: int, image: NDArray[np.uint8]) -> None:
        """Keep a (3, H, W) picture, if there is room."""


def cache_folder() -> Path:
    """Return the user's folder for what can be made again: ``$XDG_CACHE_HOME/digitdet``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "digitdet")


class Pictures:
    """Picture files, read by their position.

    Args:
        files: The files.
        note: What an error says of the picture at a position, besides its file: "image id 7".
        cache: ``"none"``: decode a picture each time it is read; ``"ram"``: keep decoded pictures
            in memory that forked workers share; ``"disk"``: decode all of them once, into a file
            that workers, ranks and later runs share.
        cache_bytes: Most bytes of decoded pixels to keep; pictures beyond it are decoded each time.
        cache_dir: Folder of the ``"disk"`` cache; the user's cache folder if None.
        stated_bytes: Bytes of the decoded pictures, if known; room for more is not taken.

    Raises:
        ValueError: If an argument is out of its range, there is no memory for the ``"ram"`` cache,
            or the ``"disk"`` cache can't be written.
    """

    def __init__(
        self,
        files: Sequence[Path],
        note: Callable[[int], str],
        cache: str = "none",
        cache_bytes: int = CACHE_BYTES,
        cache_dir: str | None = None,
        stated_bytes: int | None = None,
    ) -> None:
        if cache not in CACHES:
            raise ValueError(f"cache has to be one of {', '.join(CACHES)}, got {cache!r}")
        if type(cache_bytes) is not int or cache_bytes < 0:
            raise ValueError(
                f"cache_bytes has to be a whole number of at least 0, got {cache_bytes!r}"
            )
        limit = cache_bytes if stated_bytes is None else min(cache_bytes, stated_bytes)
        self.files = files
        self.note = note
        self.cache: Cache | None = None
        if cache == "ram":
            self.cache = RamCache(len(files), limit)
        if cache == "disk":
            folder = Path(cache_dir).expanduser() if cache_dir else cache_folder()
            self.cache = DiskCache(files, folder, limit, self._decode)

    def _decode(self, index: int) -> NDArray[np.uint8]:
        return read_image(self.files[index]).numpy()

    def view(self, index: int) -> NDArray[np.uint8]:
        """Return the (3, H, W) picture at a position; it may be the cache's own: write not to it.

        Raises:
            FileNotFoundError: If the file is missing.
            ValueError: If it can't be decoded.
        """
        found = self.cache.get(index) if self.cache else None
        if found is not None:
            return found
        try:
            image = self._decode(index)
        except (FileNotFoundError, ValueError) as error:
            raise type(error)(f"{error}; {self.note(index)}") from error
        if self.cache:
            self.cache.put(index, image)
        return image

    def read(self, indices: Sequence[int]) -> list[Tensor]:
        """Read pictures; what is done to them changes no cache.

        Args:
            indices: Their positions.

        Returns:
            (3, H, W) uint8 each.

        Raises:
            FileNotFoundError: If a file is missing.
            ValueError: If one can't be decoded.
        """
        return to_tensors([self.view(index) for index in indices])


def to_tensors(views: Sequence[NDArray[np.uint8]]) -> list[Tensor]:
    """Copy pictures, (3, H, W) each, into one piece of memory: quicker than one by one."""
    if not views:
        return []
    pixels = np.concatenate([view.reshape(-1) for view in views])
    images, start = [], 0
    for view in views:
        end = start + view.size
        images.append(torch.from_numpy(pixels[start:end].reshape(view.shape)))
        start = end
    return images
