"""A slim residual network with a feature pyramid, for two CPU cores."""

import itertools
from collections import OrderedDict
from collections.abc import Sequence

from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock
from torchvision.ops import Conv2dNormActivation, FeaturePyramidNetwork

from digitdet.registry import BACKBONES


@BACKBONES.register_module()
class SlimResNetFPN(nn.Module):
    """Residual stages of few basic blocks, and an FPN over those from stride 8 on.

    The family of `ResNetFPN` at a fraction of its width and depth: a strided convolution to
    stride 4, then one stage for each further entry of ``widths``, each halving the resolution.

    Args:
        widths: Channels of the stem, then of each stage; at least two.
        out_channels: Channels of each feature map.
        depths: Basic blocks of each stage; one each if None.

    Attributes:
        out_channels: Channels of each feature map; their strides are 8, 16, ...
        stages: Modules from the input up; a model freezes the first ones.

    Raises:
        ValueError: If there are fewer than two widths, or not a depth of 1 or more for each stage.
    """

    def __init__(
        self,
        widths: Sequence[int] = (32, 64, 128),
        out_channels: int = 64,
        depths: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        if len(widths) < 2:
            raise ValueError(f"widths needs the stem's and at least one stage's, got {widths!r}")
        depths = [1] * (len(widths) - 1) if depths is None else depths
        if len(depths) != len(widths) - 1 or min(depths) < 1:
            raise ValueError(
                f"depths needs a number of 1 or more for each of {len(widths) - 1} stages, "
                f"got {depths!r}"
            )
        self.out_channels = out_channels
        self.stem = nn.Sequential(
            Conv2dNormActivation(3, widths[0] // 2, stride=2),
            Conv2dNormActivation(widths[0] // 2, widths[0], stride=2),
        )
        self.layers = nn.ModuleList(
            _stage(before, after, depth)
            for (before, after), depth in zip(itertools.pairwise(widths), depths, strict=True)
        )
        self.fpn = FeaturePyramidNetwork(list(widths[1:]), out_channels, norm_layer=nn.BatchNorm2d)
        self.stages: list[list[nn.Module]] = [[self.stem], *([layer] for layer in self.layers)]

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Map images, (B, 3, H, W) float, to feature maps by name, finest first."""
        features = self.stem(images)
        maps: OrderedDict[str, Tensor] = OrderedDict()
        for level, layer in enumerate(self.layers):
            features = layer(features)
            maps[str(level)] = features
        return self.fpn(maps)


def _stage(before: int, after: int, depth: int) -> nn.Module:
    """Return a stage; one block stands alone, so that its parameters keep their names."""
    first = _strided_block(before, after)
    if depth == 1:
        return first
    return nn.Sequential(first, *(BasicBlock(after, after) for _ in range(depth - 1)))


def _strided_block(before: int, after: int) -> BasicBlock:
    shortcut = nn.Sequential(
        nn.Conv2d(before, after, kernel_size=1, stride=2, bias=False), nn.BatchNorm2d(after)
    )
    return BasicBlock(before, after, stride=2, downsample=shortcut)
