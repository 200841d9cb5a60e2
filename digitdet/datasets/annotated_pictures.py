"""Samples of annotated pictures: pixels and boxes, before the transforms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from digitdet.datasets.annotations import Annotations
from digitdet.datasets.pictures import CACHE_BYTES, Pictures, to_tensors
from digitdet.datasets.subsets import check_positions
from digitdet.structures import Target


class AnnotatedPictures:
    """The pictures of an annotation index, with their targets, read by position.

    Args:
        annotations: Their annotations.
        image_dir: Folder that their file names are relative to.
        cache: See `Pictures`.
        cache_bytes: See `Pictures`.
        cache_dir: See `Pictures`.
    """

    def __init__(
        self,
        annotations: Annotations,
        image_dir: Path,
        cache: str = "ram",
        cache_bytes: int = CACHE_BYTES,
        cache_dir: str | None = None,
    ) -> None:
        self.annotations = annotations
        self.files = [image_dir / name for name in annotations.file_names]
        # Of 43,000 pictures of the greatest size, int64 does not hold the sum.
        stated = int(3 * annotations.sizes.prod(axis=1).sum(dtype=np.float64))
        self.pictures = Pictures(self.files, self._note, cache, cache_bytes, cache_dir, stated)
        # Python's own numbers: taking one out of an array costs five times as much.
        self._sources = [str(file) for file in self.files]
        self._image_ids: list[int] = annotations.image_ids.tolist()
        self._sizes = [tuple(size) for size in annotations.sizes.tolist()]
        self._offsets: list[int] = annotations.offsets.tolist()

    def _note(self, index: int) -> str:
        return f"image id {self.annotations.image_ids[index]} of {self.annotations.file}"

    def read(self, indices: Sequence[int]) -> list[tuple[Tensor, Target]]:
        """Read samples; they share no memory with the cache or with other samples' values.

        Args:
            indices: Positions of the pictures.

        Returns:
            Image, (3, H, W) uint8, and target of each, as plain tensors.

        Raises:
            FileNotFoundError: If a picture is missing.
            IndexError: If there is no such position.
            ValueError: If a picture can't be decoded, or is of another size than stated.
        """
        check_positions(indices, len(self.files), "picture")
        views = [self.pictures.view(index) for index in indices]
        if [view.shape[1:] for view in views] != [self._sizes[index] for index in indices]:
            self._refuse_sizes(indices, views)
        return list(zip(to_tensors(views), self.targets(indices), strict=True))

    def _refuse_sizes(self, indices: Sequence[int], views: Sequence[NDArray[np.uint8]]) -> None:
        for index, view in zip(indices, views, strict=True):
            size, stated = view.shape[1:], self._sizes[index]
            if size != stated:
                raise ValueError(
                    f"{self.files[index]}: is {size[0]} x {size[1]} pixels (height x width), but "
                    f"{self.annotations.file} states {stated[0]} x {stated[1]} for image id "
                    f"{self._image_ids[index]}; boxes would be off"
                )

    def targets(self, indices: Sequence[int]) -> list[Target]:
        """Look up targets alone; those of a batch are cut from three arrays.

        Args:
            indices: Positions of the pictures.

        Returns:
            Their targets, plain tensors that share no memory with the annotations.
        """
        if not indices:
            return []
        spans = [slice(self._offsets[i], self._offsets[i + 1]) for i in indices]
        index = self.annotations
        boxes, labels, iscrowd = (
            _cut(column, spans) for column in (index.boxes, index.labels, index.iscrowd)
        )
        targets: list[Target] = [
            {
                "image_id": self._image_ids[picture],
                "boxes": boxes[position],
                "labels": labels[position],
                "iscrowd": iscrowd[position],
                "source": self._sources[picture],
            }
            for position, picture in enumerate(indices)
        ]
        if index.numbers is not None:
            for target, numbers in zip(targets, _cut(index.numbers, spans), strict=True):
                target["numbers"] = numbers
        return targets


def _cut(column: NDArray[Any], spans: Sequence[slice]) -> Sequence[Tensor]:
    """Copy parts of an array, as tensors of one storage."""
    parts = [column[span] for span in spans]
    return torch.from_numpy(np.concatenate(parts)).split([len(part) for part in parts])
