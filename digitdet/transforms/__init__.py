"""What changes a sample: torchvision's transforms, ours, and a dataset's pipeline of them."""

from digitdet.registry import TRANSFORMS
from digitdet.transforms.digit_augmentation import DigitAugmentation
from digitdet.transforms.pipeline import Pipeline
from digitdet.transforms.random_digit_crop import RandomDigitCrop
from digitdet.transforms.random_jpeg import RandomJPEG
from digitdet.transforms.random_scale import RandomScale
from digitdet.transforms.random_tilt import RandomTilt
from digitdet.transforms.torchvision_v2 import transform_classes

for _transform in transform_classes().values():
    TRANSFORMS.register_module(module=_transform)

__all__ = [
    "DigitAugmentation",
    "Pipeline",
    "RandomDigitCrop",
    "RandomJPEG",
    "RandomScale",
    "RandomTilt",
]
