"""Pictures without labels."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from digitdet.datasets.folders import assign_image_ids, check_folder, list_images
from digitdet.datasets.images import IMAGE_SUFFIXES
from digitdet.datasets.pictures import CACHE_BYTES, Pictures
from digitdet.datasets.samples import Sample, transform_samples
from digitdet.datasets.sizes import read_size
from digitdet.datasets.subsets import check_positions, resolve_indices
from digitdet.labels import DIGITS
from digitdet.registry import DATASETS
from digitdet.transforms.pipeline import Pipeline


@DATASETS.register_module()
class ImageFolder(Dataset[Sample]):
    """The pictures of a folder in natural order, without labels.

    A picture's id is the integer of its stem where every stem is one, else its running number,
    from 1.

    Args:
        image_dir: Folder of the pictures, relative to ``data_root``.
        data_root: Folder that it lies in; empty for the working folder.
        transforms: Transforms, each a config or a callable ``(image, target) -> (image, target)``.
        allow_unsafe: Take transforms too that are not safe for digits; see `check_safe`.
        indices: Positions of the pictures to take, in natural order from 0, or a number N for the
            first N; None for all. Ids stay those in the whole folder.
        cache: Where decoded pictures are kept: ``"none"``, ``"ram"`` or ``"disk"``; see `Pictures`.
            By default nowhere: pictures without labels are mostly read once.
        cache_bytes: Most bytes of decoded pixels to keep; pictures beyond it are decoded each time.
        cache_dir: Folder of the ``"disk"`` cache; the user's cache folder if None.

    Attributes:
        metainfo: ``classes``, and ``files``: image id -> file name, where ids are running numbers.

    Raises:
        FileNotFoundError: If the folder is missing or holds no picture.
        ValueError: If two stems are the same integer, or a transform is not safe.
    """

    def __init__(
        self,
        image_dir: str,
        data_root: str = "",
        transforms: Sequence[Any] = (),
        allow_unsafe: bool = False,
        indices: int | Sequence[int] | None = None,
        cache: str = "none",
        cache_bytes: int = CACHE_BYTES,
        cache_dir: str | None = None,
    ) -> None:
        folder = Path(data_root, image_dir)
        check_folder(Path(data_root), folder)
        files = list_images(folder, Path(data_root))
        if not files:
            raise FileNotFoundError(
                f"{folder}: holds no picture ({' '.join(sorted(IMAGE_SUFFIXES))})"
            )
        image_ids, by_stem = assign_image_ids(files)
        positions = resolve_indices(indices, len(files), str(folder))
        self.files = [files[position] for position in positions]
        self.image_ids = [image_ids[position] for position in positions]
        self.test_mode = True
        self.pictures = Pictures(self.files, self._note, cache, cache_bytes, cache_dir)
        self.pipeline = Pipeline(transforms, allow_unsafe)
        self.metainfo: Mapping[str, Any] = {"classes": DIGITS}
        if not by_stem:
            names = (file.name for file in self.files)
            self.metainfo = {
                **self.metainfo,
                "files": dict(zip(self.image_ids, names, strict=True)),
            }

    def _note(self, index: int) -> str:
        return f"image id {self.image_ids[index]}"

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(I, 2) int64: each picture's height and width, from its header; 0 if it has none.

        Pictures that can't be read are reported when they are.
        """
        return np.array([_size_or_zero(file) for file in self.files], dtype=np.int64)

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed: the transforms' draws follow from them."""
        self.pipeline.draws.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Sample:
        return transform_samples(self.pipeline, self._read([index]), [index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Sample]:
        return self.samples(indices, indices)

    def samples(self, indices: Sequence[int], draws: Sequence[int]) -> list[Sample]:
        """Read a batch of samples; without transforms they are plain tensors.

        Args:
            indices: Their positions.
            draws: For each, the number that its random draws follow from.
        """
        samples = self._read(indices)
        if not self.pipeline.transforms:
            return samples
        return transform_samples(self.pipeline, samples, draws)

    def _read(self, indices: Sequence[int]) -> list[Sample]:
        check_positions(indices, len(self.files), "picture")
        return [
            (
                image,
                {
                    "image_id": self.image_ids[index],
                    "boxes": torch.zeros(0, 4),
                    "labels": torch.zeros(0, dtype=torch.int64),
                    "iscrowd": torch.zeros(0, dtype=torch.bool),
                    "source": str(self.files[index]),
                },
            )
            for index, image in zip(indices, self.pictures.read(indices), strict=True)
        ]


def _size_or_zero(file: Path) -> tuple[int, int]:
    try:
        return read_size(file)
    except (FileNotFoundError, ValueError):
        return 0, 0
