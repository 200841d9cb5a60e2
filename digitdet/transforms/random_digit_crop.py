"""Crops a picture such that no digit is left in half."""

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F  # noqa: N812

from digitdet.registry import TRANSFORMS
from digitdet.structures import Target


@TRANSFORMS.register_module()
class RandomDigitCrop(v2.Transform):
    """Crops at random; every digit is then either seen and labelled, or gone.

    A digit is kept when at least ``min_visibility`` of its box lies in the crop; its box is cut to
    the crop. It is dropped, with its label and crowd mark, when at most ``max_remnant`` does. A
    crop that leaves a digit in between, or none of the digits there are, is drawn anew; after
    ``num_trials`` the picture stays whole. torchvision's `RandomCrop` labels whatever is left of a
    digit; its `RandomIoUCrop` goes by the middle of a box, and drops the label of one of which half
    is left.

    The crop's sides are drawn apart and uniformly from ``min_side`` to 1 of the picture's, then its
    place.

    Args:
        min_side: Least share of each side, above 0 to 1.
        min_visibility: Least share of its box by which a digit is kept, above ``max_remnant`` to 1.
        max_remnant: Greatest share of its box that may stay of a dropped digit, from 0.
        num_trials: Crops drawn before the picture stays whole.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        min_side: float = 0.6,
        min_visibility: float = 0.9,
        max_remnant: float = 0.05,
        num_trials: int = 20,
    ) -> None:
        super().__init__()
        if not 0 < min_side <= 1:
            raise ValueError(f"min_side has to be above 0 to 1, got {min_side!r}")
        if not 0 <= max_remnant < min_visibility <= 1:
            raise ValueError(
                "max_remnant has to be from 0 and below min_visibility, which is at most 1, got "
                f"{max_remnant!r} and {min_visibility!r}"
            )
        if num_trials < 1:
            raise ValueError(f"num_trials has to be at least 1, got {num_trials!r}")
        self.min_side = min_side
        self.min_visibility = min_visibility
        self.max_remnant = max_remnant
        self.num_trials = num_trials

    def forward(self, image: Tensor, target: Target) -> tuple[Tensor, Target]:
        """Crop a sample.

        Args:
            image: (3, H, W), a ``tv_tensors.Image``.
            target: Its target, ``boxes`` being ``tv_tensors.BoundingBoxes`` in xyxy.

        Returns:
            The part of the image, and the target with the digits that are kept.
        """
        boxes = target["boxes"]
        crops = self._draw(image.shape[-2], image.shape[-1])
        shares = visible_shares(boxes.as_subclass(Tensor), crops)
        kept = shares >= self.min_visibility
        clear = (kept | (shares <= self.max_remnant)).all(dim=1)
        if len(boxes):
            clear &= kept.any(dim=1)
        if not clear.any():
            return image, target
        first = int(clear.to(torch.uint8).argmax())
        left, top, right, bottom = crops[first].tolist()
        place = (top, left, bottom - top, right - left)
        inside = F.crop(boxes, *place)
        cropped: Target = {
            **target,
            "boxes": tv_tensors.wrap(inside[kept[first]], like=inside),
            "labels": target["labels"][kept[first]],
            "iscrowd": target["iscrowd"][kept[first]],
        }
        return F.crop(image, *place), cropped

    def _draw(self, height: int, width: int) -> Tensor:
        """Draw (num_trials, 4) int64 crops, xyxy in pixels, of at least one pixel."""
        picture = torch.tensor([width, height])
        shares = self.min_side + (1 - self.min_side) * torch.rand(self.num_trials, 2)
        sides = (picture * shares).round().long().clamp(min=1)
        corners = ((picture - sides + 1) * torch.rand(self.num_trials, 2)).long()
        return torch.cat([corners, corners + sides], dim=1)


def visible_shares(boxes: Tensor, crops: Tensor) -> Tensor:
    """Return which share of each box lies in each crop.

    Args:
        boxes: (N, 4), xyxy.
        crops: (M, 4), xyxy.

    Returns:
        (M, N) float32, 0 to 1; 0 for a box without area.
    """
    inside = torch.minimum(boxes[:, 2:], crops[:, None, 2:]) - torch.maximum(
        boxes[:, :2], crops[:, None, :2]
    )
    areas = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(dim=1)
    return inside.clamp(min=0).prod(dim=2) / areas.clamp(min=1e-6)
