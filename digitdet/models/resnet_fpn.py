"""ResNet with a feature pyramid, torchvision's."""

from torch import nn
from torchvision.models import get_model
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from digitdet.registry import BACKBONES


@BACKBONES.register_module()
class ResNetFPN(BackboneWithFPN):
    """ResNet and FPN of torchvision's Faster R-CNN v2: BatchNorm everywhere, five feature maps.

    The maps have strides 4, 8, 16, 32 and 64. At depth 50 the parameters have the names of
    ``fasterrcnn_resnet50_fpn_v2``, so that its COCO weights load.

    Args:
        depth: 18, 34, 50, 101 or 152.
        out_channels: Channels of each feature map.

    Attributes:
        stages: Modules from the input up; a model freezes the first ones.

    Raises:
        ValueError: If torchvision has no ResNet of that depth.
    """

    def __init__(self, depth: int = 50, out_channels: int = 256) -> None:
        if depth not in (18, 34, 50, 101, 152):
            raise ValueError(f"ResNet has a depth of 18, 34, 50, 101 or 152, got {depth!r}")
        body = get_model(f"resnet{depth}", weights=None)
        first = body.inplanes // 8
        super().__init__(
            body,
            return_layers={f"layer{stage + 1}": str(stage) for stage in range(4)},
            in_channels_list=[first * 2**stage for stage in range(4)],
            out_channels=out_channels,
            extra_blocks=LastLevelMaxPool(),
            norm_layer=nn.BatchNorm2d,
        )
        layers = [[self.body[f"layer{number}"]] for number in range(1, 5)]
        self.stages: list[list[nn.Module]] = [[self.body["conv1"], self.body["bn1"]], *layers]
