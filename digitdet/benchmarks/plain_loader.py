"""The obvious loader to compare with: torchvision's detection tutorial on the same files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.transforms.functional import pil_to_tensor

from digitdet.datasets.annotations import Annotations


class PlainDataset(Dataset[tuple[Tensor, dict[str, Any]]]):
    """Opens each picture with Pillow, and makes tensors of its annotations when it is asked for.

    The annotations are grouped by picture once; nothing is scanned.

    Args:
        annotations: The pictures' annotations.
        image_dir: Folder of the pictures.
    """

    def __init__(self, annotations: Annotations, image_dir: Path) -> None:
        self.files = [image_dir / name for name in annotations.file_names]
        self.records: list[Mapping[str, Any]] = []
        for index, image_id in enumerate(annotations.image_ids.tolist()):
            span = annotations.of_image(index)
            self.records.append(
                {
                    "image_id": image_id,
                    "boxes": annotations.boxes[span].tolist(),
                    "labels": annotations.labels[span].tolist(),
                    "iscrowd": annotations.iscrowd[span].tolist(),
                }
            )

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Tensor, dict[str, Any]]:
        image = pil_to_tensor(Image.open(self.files[index]).convert("RGB"))
        record = self.records[index]
        target = {
            "boxes": torch.tensor(record["boxes"], dtype=torch.float32).reshape(-1, 4),
            "labels": torch.tensor(record["labels"], dtype=torch.int64),
            "iscrowd": torch.tensor(record["iscrowd"], dtype=torch.bool),
            "image_id": record["image_id"],
        }
        return image, target


def plain_collate(samples: list[tuple[Tensor, dict[str, Any]]]) -> tuple[Any, ...]:
    """Make a batch of a tuple of images and a tuple of targets."""
    return tuple(zip(*samples, strict=True))
