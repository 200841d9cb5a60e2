"""What changes a sample: torchvision's transforms, and a dataset's pipeline of them."""

from digitdet.registry import TRANSFORMS
from digitdet.transforms.pipeline import Pipeline
from digitdet.transforms.torchvision_v2 import transform_classes

for _transform in transform_classes().values():
    TRANSFORMS.register_module(module=_transform)

__all__ = ["Pipeline"]
