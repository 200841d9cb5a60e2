"""RoIAlign as a weighted sum of gathered rows, which a processor computes faster."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag
from torchvision.ops import MultiScaleRoIAlign

RoIAlignMethod = Literal["torchvision", "gather"]
HALF_TYPES = (torch.bfloat16, torch.float16)


class GatheredRoIAlign(MultiScaleRoIAlign):
    """torchvision's pooling of regions, with another way of computing it on a processor.

    A pooled value is a weighted sum of feature vectors, the same for all channels. torchvision's
    kernel for processors goes channel by channel; here each sum is a bag of an embedding, whose
    rows are the vectors. On other devices torchvision's kernel is used.
    """

    def forward(
        self,
        x: dict[str, Tensor],
        boxes: list[Tensor],
        image_shapes: list[tuple[int, int]],
    ) -> Tensor:
        """Pool regions.

        Args:
            x: Feature maps by name, finest first, each (B, C, H, W).
            boxes: For each picture (N, 4), xyxy in pixels of the resized picture.
            image_shapes: Heights and widths of the resized pictures.

        Returns:
            (sum of N, C, size, size).
        """
        maps = [features for name, features in x.items() if name in self.featmap_names]
        if maps[0].device.type != "cpu" or self.scales is None or self.map_levels is None:
            return super().forward(x, boxes, image_shapes)
        size = self.output_size[0]
        regions = torch.cat(boxes).detach()
        owners = torch.repeat_interleave(torch.tensor([len(own) for own in boxes]))
        levels = self.map_levels(boxes)
        pooled = torch.zeros(len(regions), size, size, maps[0].shape[1], dtype=pooled_type(maps[0]))
        for level, (features, scale) in enumerate(zip(maps, self.scales, strict=True)):
            chosen = torch.where(levels == level)[0]
            part = gathered_roi_align(
                features, regions[chosen] * scale, owners[chosen], size, self.sampling_ratio
            )
            pooled = pooled.index_copy(0, chosen, part)
        return pooled.permute(0, 3, 1, 2).contiguous()


def pooled_type(features: Tensor) -> torch.dtype:
    """Return the type that features are pooled in: half types would lose the weights' bits."""
    return torch.float32 if features.dtype in HALF_TYPES else features.dtype


def gathered_roi_align(
    features: Tensor, regions: Tensor, owners: Tensor, size: int, sampling_ratio: int
) -> Tensor:
    """Pool regions of a feature map as ``torchvision.ops.roi_align`` does (``aligned=False``).

    Args:
        features: (B, C, H, W).
        regions: (R, 4), xyxy in cells of the feature map.
        owners: (R,) int64, the picture of each region.
        size: Bins along each side.
        sampling_ratio: Points along each side of a bin, 1 or more.

    Returns:
        (R, size, size, C), channels last.
    """
    batch, channels, height, width = features.shape
    rows = features.permute(0, 2, 3, 1).reshape(batch * height * width, channels)
    rows = rows.to(pooled_type(features))
    left, top, right, bottom = regions.to(rows.dtype).unbind(1)
    columns, across = _corners(left, right, width, size, sampling_ratio)
    lines, down = _corners(top, bottom, height, size, sampling_ratio)
    first = (owners * height * width)[:, None, None, None, None]
    places = first + lines[:, :, None, :, None] * width + columns[:, None, :, None, :]
    shares = down[:, :, None, :, None] * across[:, None, :, None, :]
    points = (2 * sampling_ratio) ** 2
    pooled: Tensor = embedding_bag(
        places.reshape(-1, points),
        rows,
        mode="sum",
        per_sample_weights=shares.reshape(-1, points),
    )
    return pooled.view(len(regions), size, size, channels)


def _corners(
    start: Tensor, end: Tensor, length: int, size: int, sampling_ratio: int
) -> tuple[Tensor, Tensor]:
    """Return the cells around the points of each bin along one side, and their shares.

    Args:
        start: (R,) where the regions begin, in cells.
        end: (R,) where they end.
        length: Cells of the feature map along this side.
        size: Bins.
        sampling_ratio: Points of a bin.

    Returns:
        Two of (R, size, 2 * sampling_ratio): int64, and shares that sum to 1 for each bin, less
        for points outside the map.
    """
    count = size * sampling_ratio
    step = (end - start).clamp(min=1)[:, None] / count
    points = start[:, None] + (torch.arange(count, dtype=start.dtype) + 0.5) * step
    is_inside = (points >= -1) & (points <= length)
    points = points.clamp(min=0)
    low = points.floor().clamp(max=length - 1)
    share = (points - low).clamp(max=1) * (low < length - 1)
    cells = torch.stack([low, (low + 1).clamp(max=length - 1)], dim=-1).long()
    shares = torch.stack([1 - share, share], dim=-1) * (is_inside[..., None] / sampling_ratio)
    shape = (len(start), size, 2 * sampling_ratio)
    return cells.view(shape), shares.view(shape)
