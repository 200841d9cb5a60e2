"""Resizes, normalises and pads pictures: what a detector does to them before it looks."""

import math
from collections.abc import Sequence
from typing import Literal, cast

import torch
from torch import Tensor
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes
from torchvision.transforms.v2 import functional

ResizeDtype = Literal["float32", "uint8"]
Boxes = dict[str, Tensor]


class Resizing(GeneralizedRCNNTransform):
    """torchvision's resizing, for uint8 pictures too, which it can resize as what they are.

    Args:
        min_size: Short side that a picture is resized to, in pixels.
        max_size: Longest side that this may lead to, in pixels.
        mean: Of the red, green and blue values in 0 to 1.
        std: The input is divided by it.
        dtype: ``"float32"`` is torchvision's. ``"uint8"`` resizes uint8 pictures in whole values,
            rounded in each direction: at most 1/255 off. Float pictures are resized as float.

    Raises:
        ValueError: If ``dtype`` is another.
    """

    def __init__(
        self,
        min_size: int,
        max_size: int,
        mean: Sequence[float],
        std: Sequence[float],
        dtype: ResizeDtype = "float32",
    ) -> None:
        if dtype not in ("float32", "uint8"):
            raise ValueError(f"resize_dtype is 'float32' or 'uint8', got {dtype!r}")
        super().__init__(min_size, max_size, list(mean), list(std))
        self.dtype = dtype

    def forward(
        self, images: list[Tensor], targets: list[Boxes] | None = None
    ) -> tuple[ImageList, list[Boxes] | None]:
        """Resize, normalise and pad.

        Args:
            images: (3, H, W) of any sizes, uint8 (divided by 255) or float (as they are).
            targets: ``boxes`` are resized with their pictures, in copies.

        Returns:
            The batch, float, and the targets in its pixels.
        """
        if self.dtype == "float32" or not all(image.dtype == torch.uint8 for image in images):
            images = [_to_float(image) for image in images]
        batch, resized = super().forward(images, targets)
        return batch, resized

    def normalize(self, image: Tensor) -> Tensor:
        """Normalise a float picture; uint8 ones wait until they are a batch."""
        return image if image.dtype == torch.uint8 else cast(Tensor, super().normalize(image))

    def resize(self, image: Tensor, target: Boxes | None = None) -> tuple[Tensor, Boxes | None]:
        """Resize a picture to the size that torchvision's transform has for it."""
        if image.dtype != torch.uint8:
            return cast(tuple[Tensor, Boxes | None], super().resize(image, target))
        old = int(image.shape[-2]), int(image.shape[-1])
        shortest = self.torch_choice(self.min_size) if self.training else self.min_size[-1]
        new = resized_size(*old, shortest, self.max_size)
        if target is not None:
            target["boxes"] = resize_boxes(target["boxes"], list(old), list(new))
        return functional.resize(image, list(new), antialias=False), target

    def batch_images(self, images: list[Tensor], size_divisible: int = 32) -> Tensor:
        """Pad pictures to one size; padding is 0 after normalisation, as torchvision's is."""
        padded = cast(Tensor, super().batch_images(images, size_divisible))
        if padded.dtype != torch.uint8:
            return padded
        scale = torch.tensor([self.image_mean, self.image_std], device=padded.device) * 255
        mean, std = scale[:, :, None, None]
        batch = padded.float().sub_(mean).div_(std)
        for picture, image in zip(batch, images, strict=True):
            picture[:, image.shape[-2] :] = 0
            picture[:, :, image.shape[-1] :] = 0
        return batch


def resized_size(height: int, width: int, min_size: int, max_size: int) -> tuple[int, int]:
    """Return the height and width that torchvision's detectors resize a picture to.

    Asking torch's meta device for it takes 30 ms.

    Args:
        height: Of the picture, in pixels.
        width: The same.
        min_size: Its short side after that, if the long one allows.
        max_size: Its longest side after that.
    """
    scale = min(min_size / min(height, width), max_size / max(height, width))
    return math.floor(height * scale), math.floor(width * scale)


def _to_float(image: Tensor) -> Tensor:
    return image.float() / 255 if image.dtype == torch.uint8 else image
