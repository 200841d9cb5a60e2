"""Leaves the traces of JPEG compression."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2

from digitdet.registry import TRANSFORMS
from digitdet.structures import Target


@TRANSFORMS.register_module()
class RandomJPEG(v2.Transform):
    """Encodes and decodes a picture as JPEG.

    It is `v2.JPEG` by Pillow: torchvision's codecs are deprecated from 0.29, and each use warns.

    Args:
        quality: Least and greatest quality, 1 to 95; drawn uniformly.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(self, quality: Sequence[int] = (40, 95)) -> None:
        super().__init__()
        if len(quality) != 2 or not 1 <= quality[0] <= quality[1] <= 95:
            raise ValueError(
                f"quality has to be a least and a greatest quality within 1 to 95, got {quality!r}"
            )
        self.quality = tuple(quality)

    def forward(self, image: Tensor, target: Target) -> tuple[Tensor, Target]:
        """Compress a sample's image.

        Args:
            image: (3, H, W) uint8, a ``tv_tensors.Image``, no side above 65,500 pixels.
            target: Its target.

        Returns:
            The image of the same size and type, and the target as it is.
        """
        quality = int(torch.randint(self.quality[0], self.quality[1] + 1, ()))
        stream = BytesIO()
        pixels = np.ascontiguousarray(image.permute(1, 2, 0).numpy())
        Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
        with Image.open(stream) as coded:
            decoded = torch.from_numpy(np.array(coded)).permute(2, 0, 1).contiguous()
        return tv_tensors.wrap(decoded, like=image), target
