"""MobileNetV3 with a feature pyramid, for a phone or a Raspberry Pi."""

from collections import OrderedDict
from typing import Literal

from torch import Tensor, nn
from torchvision.models import get_model
from torchvision.ops import FeaturePyramidNetwork

from digitdet.registry import BACKBONES

# Of each size, the last of torchvision's blocks with stride 8, 16 and 32, and its channels. Left
# out is the convolution after them, which widens to 576 or 960 channels for a classifier.
LEVELS = {
    "small": ((3, 24), (8, 48), (11, 96)),
    "large": ((6, 40), (12, 112), (15, 160)),
}


@BACKBONES.register_module()
class MobileNetV3FPN(nn.Module):
    """The blocks of torchvision's MobileNetV3, and an FPN over those of stride 8, 16 and 32.

    The blocks have torchvision's parameter names under ``features``, without its last one. Their
    BatchNorm has torch's momentum, .1: MobileNet's own, .01, is for trainings of many thousand
    steps.

    Args:
        size: ``"small"`` or ``"large"``.
        out_channels: Channels of each feature map.

    Attributes:
        out_channels: Channels of each feature map.
        stages: Modules from the input up, those to stride 8, 16 and 32; a model freezes the first
            ones.

    Raises:
        ValueError: If there is no such size.
    """

    def __init__(self, size: Literal["small", "large"] = "small", out_channels: int = 64) -> None:
        if size not in LEVELS:
            raise ValueError(f"MobileNetV3 has the sizes {' and '.join(LEVELS)}, got {size!r}")
        super().__init__()
        self.out_channels = out_channels
        self.ends = [end for end, _ in LEVELS[size]]
        blocks = get_model(f"mobilenet_v3_{size}", weights=None, norm_layer=nn.BatchNorm2d).features
        self.features = blocks[: self.ends[-1] + 1]
        self.fpn = FeaturePyramidNetwork(
            [channels for _, channels in LEVELS[size]], out_channels, norm_layer=nn.BatchNorm2d
        )
        starts = [0, *(end + 1 for end in self.ends[:-1])]
        self.stages: list[list[nn.Module]] = [
            list(self.features[start : end + 1])
            for start, end in zip(starts, self.ends, strict=True)
        ]

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Map images, (B, 3, H, W) float, to feature maps by name, finest first."""
        features = images
        maps: OrderedDict[str, Tensor] = OrderedDict()
        for index, block in enumerate(self.features):
            features = block(features)
            if index in self.ends:
                maps[str(len(maps))] = features
        return self.fpn(maps)
