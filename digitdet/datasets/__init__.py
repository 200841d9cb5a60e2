"""Data sets, and what makes batches of them."""

import digitdet.registry  # noqa: F401  checks torch and torchvision before either is used

# isort: split
from digitdet.datasets.aspect_ratio_batch_sampler import AspectRatioBatchSampler
from digitdet.datasets.class_balanced_dataset import ClassBalancedDataset
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.collate import collate
from digitdet.datasets.concat_dataset import ConcatDataset
from digitdet.datasets.evaluation_batch_sampler import EvaluationBatchSampler
from digitdet.datasets.image_folder import ImageFolder
from digitdet.datasets.repeat_dataset import RepeatDataset
from digitdet.datasets.svhn_digits import SVHNDigits
from digitdet.datasets.synthetic_digits import SyntheticDigits

__all__ = [
    "AspectRatioBatchSampler",
    "ClassBalancedDataset",
    "CocoDigits",
    "ConcatDataset",
    "EvaluationBatchSampler",
    "ImageFolder",
    "RepeatDataset",
    "SVHNDigits",
    "SyntheticDigits",
    "collate",
]
