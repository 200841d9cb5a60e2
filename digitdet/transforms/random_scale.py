"""Resizes a picture by a random factor."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F  # noqa: N812

from digitdet.registry import TRANSFORMS
from digitdet.structures import Target


@TRANSFORMS.register_module()
class RandomScale(v2.Transform):
    """Resizes a picture by a factor, as if it had been taken with fewer or more pixels.

    torchvision's classes draw a size in pixels, whatever the picture's is; its `RandomShortestSize`
    fails on a narrow picture, of which it would leave no pixel.

    Args:
        scale: Least and greatest factor; drawn uniformly in its logarithm.
        min_height: Pixels below which no digit is shrunk: the factor is raised, at most to 1, until
            the lowest box keeps this height.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(self, scale: Sequence[float] = (0.5, 1.25), min_height: float = 14.0) -> None:
        super().__init__()
        if len(scale) != 2 or not 0 < scale[0] <= scale[1]:
            raise ValueError(
                f"scale has to be a least and a greatest factor, above 0, got {scale!r}"
            )
        if min_height < 0:
            raise ValueError(f"min_height has to be from 0 pixels, got {min_height!r}")
        self.scale = tuple(scale)
        self.min_height = min_height

    def forward(self, image: Tensor, target: Target) -> tuple[Tensor, Target]:
        """Resize a sample.

        Args:
            image: (3, H, W), a ``tv_tensors.Image``.
            target: Its target, ``boxes`` being ``tv_tensors.BoundingBoxes`` in xyxy.

        Returns:
            The image, no side shrunk below 2 pixels, and the target with boxes to match.
        """
        low, high = (math.log(value) for value in self.scale)
        factor = math.exp(low + (high - low) * float(torch.rand(())))
        boxes = target["boxes"]
        if len(boxes):
            lowest = float((boxes[:, 3] - boxes[:, 1]).min())
            factor = max(factor, min(1.0, self.min_height / max(lowest, 1e-6)))
        # torch fails to shrink uint8 to a single pixel.
        size = [max(min(side, 2), round(side * factor)) for side in image.shape[-2:]]
        resized: Target = {**target, "boxes": F.resize(boxes, size)}
        return F.resize(image, size), resized
