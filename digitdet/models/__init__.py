"""What maps a batch to losses or predictions."""

from digitdet.models.faster_rcnn import FasterRCNN
from digitdet.models.resnet_fpn import ResNetFPN
from digitdet.models.slim_resnet_fpn import SlimResNetFPN

__all__ = ["FasterRCNN", "ResNetFPN", "SlimResNetFPN"]
