"""Data sets, and what makes batches of them."""

from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.collate import collate
from digitdet.datasets.image_folder import ImageFolder
from digitdet.datasets.synthetic_digits import SyntheticDigits

__all__ = ["CocoDigits", "ImageFolder", "SyntheticDigits", "collate"]
