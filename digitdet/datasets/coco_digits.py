"""Digits of a COCO annotation file, the homework's layout."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import tv_tensors

from digitdet.datasets.annotations import Annotations, read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.datasets.cleaning import clean
from digitdet.datasets.folders import check_folder, missing_files
from digitdet.datasets.images import read_image
from digitdet.labels import DIGITS, label_to_digit
from digitdet.registry import DATASETS
from digitdet.structures import Target
from digitdet.transforms.pipeline import Pipeline


@DATASETS.register_module()
class CocoDigits(Dataset[tuple[Tensor, Target]]):
    """Photographs with digit boxes in COCO format.

    The file's ``categories`` decide what a category id means; normally id = digit + 1. Missing
    pictures are found when the dataset is built, in one listing of the folder.

    Args:
        image_dir: Folder of the pictures, relative to ``data_root``.
        ann_file: ``.json`` or ``.json.gz`` file, relative to ``data_root``.
        data_root: Folder that both lie in; empty for the working folder.
        transforms: Transforms, each a config or a callable ``(image, target) -> (image, target)``.
        test_mode: Leave the annotations as published, for evaluation; else they are cleaned for
            training (boxes clipped to the picture, empty and crowd boxes dropped) and the changes
            are reported once.
        allow_unsafe: Take transforms too that are not safe for digits; see `check_safe`.

    Attributes:
        metainfo: ``classes``, and ``category_ids``: label -> the file's own category id, or an id
            that it does not use.

    Raises:
        FileNotFoundError: If the folder, the file or a picture is missing.
        ValueError: If the annotation file is not as it has to be, or a transform is not safe.
    """

    def __init__(
        self,
        image_dir: str,
        ann_file: str,
        data_root: str = "",
        transforms: Sequence[Any] = (),
        test_mode: bool = False,
        allow_unsafe: bool = False,
    ) -> None:
        self.image_dir = Path(data_root, image_dir)
        check_folder(Path(data_root), self.image_dir)
        self.annotations = self.read_annotations(Path(data_root, ann_file))
        if not len(self.annotations):
            raise ValueError(f"{self.annotations.file}: its list 'images' is empty")
        missing = missing_files(self.image_dir, self.annotations.file_names, Path(data_root))
        if missing:
            ids = self.annotations.image_ids
            raise FileNotFoundError(
                f"{self.annotations.file}: {len(missing)} of {len(ids)} pictures are not in "
                f"{self.image_dir}, the first {self.annotations.file_names[missing[0]]!r} "
                f"(image id {ids[missing[0]]}); add them, or take them out of the file"
            )
        _report_categories(self.annotations)
        if not test_mode:
            self.annotations, cleaning = clean(self.annotations)
            if str(cleaning):
                print_log(
                    f"{self.annotations.file}: of the training boxes, {cleaning}",
                    logger="current",
                    level=logging.WARNING,
                )
        self.pipeline = Pipeline(transforms, allow_unsafe)
        self.metainfo: Mapping[str, Any] = {
            "classes": DIGITS,
            "category_ids": complete_category_ids(self.annotations.category_ids),
        }

    def read_annotations(self, file: Path) -> Annotations:
        """Read the annotation file."""
        return read_annotations(file)

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed: the transforms' draws follow from them."""
        self.pipeline.draws.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return len(self.annotations)

    def __getitem__(self, index: int) -> tuple[Tensor, Target]:
        annotations = self.annotations
        if not 0 <= index < len(annotations):
            raise IndexError(f"picture {index} of {len(annotations)}")
        file = self.image_dir / annotations.file_names[index]
        image_id = int(annotations.image_ids[index])
        try:
            image = read_image(file)
        except (FileNotFoundError, ValueError) as error:
            raise type(error)(f"{error}; image id {image_id} of {annotations.file}") from error
        size, stated = tuple(image.shape[-2:]), tuple(annotations.sizes[index].tolist())
        if size != stated:
            raise ValueError(
                f"{file}: is {size[0]} x {size[1]} pixels (height x width), but {annotations.file} "
                f"states {stated[0]} x {stated[1]} for image id {image_id}; boxes would be off"
            )
        part = annotations.of_image(index)
        target: Target = {
            "image_id": image_id,
            "boxes": tv_tensors.BoundingBoxes(
                torch.from_numpy(annotations.boxes[part].copy()), format="XYXY", canvas_size=size
            ),
            "labels": torch.from_numpy(annotations.labels[part].copy()),
            "iscrowd": torch.from_numpy(annotations.iscrowd[part].copy()),
            "source": str(file),
        }
        return self.pipeline(image, target, index)


def _report_categories(annotations: Annotations) -> None:
    ids = annotations.category_ids
    differing = {c: label_to_digit(label) for label, c in ids.items() if c != label}
    if differing:
        print_log(
            f"{annotations.file}: category ids are not digit + 1; read by the categories' names "
            f"(id -> digit): {differing}",
            logger="current",
            level=logging.WARNING,
        )
