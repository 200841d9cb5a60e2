"""What maps a batch to losses or predictions."""

import digitdet.registry  # noqa: F401  checks torch and torchvision before either is used

# isort: split
from digitdet.models.faster_rcnn import FasterRCNN
from digitdet.models.mobilenet_v3_fpn import MobileNetV3FPN
from digitdet.models.multi_scale import MultiScale
from digitdet.models.resnet_fpn import ResNetFPN
from digitdet.models.slim_resnet_fpn import SlimResNetFPN

__all__ = ["FasterRCNN", "MobileNetV3FPN", "MultiScale", "ResNetFPN", "SlimResNetFPN"]
