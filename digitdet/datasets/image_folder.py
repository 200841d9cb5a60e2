"""Pictures without labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import tv_tensors

from digitdet.datasets.folders import assign_image_ids, check_folder, list_images
from digitdet.datasets.images import IMAGE_SUFFIXES, read_image
from digitdet.labels import DIGITS
from digitdet.registry import DATASETS
from digitdet.structures import Target
from digitdet.transforms.pipeline import Pipeline


@DATASETS.register_module()
class ImageFolder(Dataset[tuple[Tensor, Target]]):
    """The pictures of a folder in natural order, without labels.

    A picture's id is the integer of its stem where every stem is one, else its running number,
    from 1.

    Args:
        image_dir: Folder of the pictures, relative to ``data_root``.
        data_root: Folder that it lies in; empty for the working folder.
        transforms: Transforms, each a config or a callable ``(image, target) -> (image, target)``.
        allow_unsafe: Take transforms too that are not safe for digits; see `check_safe`.

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
    ) -> None:
        folder = Path(data_root, image_dir)
        check_folder(Path(data_root), folder)
        self.files = list_images(folder, Path(data_root))
        if not self.files:
            raise FileNotFoundError(
                f"{folder}: holds no picture ({' '.join(sorted(IMAGE_SUFFIXES))})"
            )
        self.image_ids, by_stem = assign_image_ids(self.files)
        self.pipeline = Pipeline(transforms, allow_unsafe)
        self.metainfo: Mapping[str, Any] = {"classes": DIGITS}
        if not by_stem:
            names = (file.name for file in self.files)
            self.metainfo = {
                **self.metainfo,
                "files": dict(zip(self.image_ids, names, strict=True)),
            }

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed: the transforms' draws follow from them."""
        self.pipeline.draws.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Tensor, Target]:
        if not 0 <= index < len(self.files):
            raise IndexError(f"picture {index} of {len(self.files)}")
        try:
            image = read_image(self.files[index])
        except (FileNotFoundError, ValueError) as error:
            raise type(error)(f"{error}; image id {self.image_ids[index]}") from error
        target: Target = {
            "image_id": self.image_ids[index],
            "boxes": tv_tensors.BoundingBoxes(
                torch.zeros(0, 4), format="XYXY", canvas_size=tuple(image.shape[-2:])
            ),
            "labels": torch.zeros(0, dtype=torch.int64),
            "iscrowd": torch.zeros(0, dtype=torch.bool),
            "source": str(self.files[index]),
        }
        return self.pipeline(image, target, index)
