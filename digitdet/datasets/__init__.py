"""Data sets, and what makes batches of them."""

import digitdet.registry  # noqa: F401  checks torch and torchvision before either is used

# isort: split
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.collate import collate
from digitdet.datasets.image_folder import ImageFolder
from digitdet.datasets.synthetic_digits import SyntheticDigits

__all__ = ["CocoDigits", "ImageFolder", "SyntheticDigits", "collate"]
