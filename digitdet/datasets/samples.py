"""What a data set does with the samples that it reads."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torchvision import tv_tensors

from digitdet.datasets.weighted_draw import WeightedDraw
from digitdet.structures import Target
from digitdet.transforms.pipeline import Pipeline

Sample = tuple[Tensor, Target]


def transform_samples(
    pipeline: Pipeline, samples: Sequence[Sample], draws: Sequence[int]
) -> list[Sample]:
    """Send samples through a pipeline.

    Args:
        pipeline: The data set's.
        samples: Images and targets, plain tensors.
        draws: For each, the number that its random draws follow from.

    Returns:
        The transformed samples.
    """
    return [
        pipeline(*as_tv_tensors(image, target), draw)
        for (image, target), draw in zip(samples, draws, strict=True)
    ]


def as_tv_tensors(image: Tensor, target: Target) -> Sample:
    """Mark the image and the boxes for what they are: torchvision's transforms tell them by it."""
    size: Any = tuple(image.shape[-2:])
    boxes = tv_tensors.BoundingBoxes(target["boxes"], format="XYXY", canvas_size=size)
    return tv_tensors.Image(image), {**target, "boxes": boxes}


def take_samples(dataset: Any, indices: Sequence[int], draws: Sequence[int]) -> list[Sample]:
    """Take samples of a data set whose random draws follow from other numbers than the positions.

    A data set within a wrapper needs that: its picture that comes twice in an epoch shall be drawn
    anew. One without a method ``samples(indices, draws)`` draws by its positions.

    Args:
        dataset: Any data set.
        indices: Positions in it.
        draws: For each, the number that its random draws follow from.
    """
    if hasattr(dataset, "samples"):
        return list(dataset.samples(indices, draws))
    return [dataset[index] for index in indices]


def column(dataset: Any, name: str) -> NDArray[np.int64]:
    """Return what a data set states of all its pictures.

    Args:
        dataset: Any data set.
        name: ``"image_ids"``, ``"sizes"`` or ``"label_counts"``.

    Raises:
        ValueError: If it does not state that.
    """
    if not hasattr(dataset, name):
        raise ValueError(
            f"{type(dataset).__name__} does not know its pictures' {name} without reading them; "
            f"give it an attribute {name}, as CocoDigits has, or do without what needs it"
        )
    return np.asarray(getattr(dataset, name))


def inner_datasets(dataset: Any) -> list[Any]:
    """Return the data sets that a wrapper holds, in ``datasets`` or ``dataset``; often none."""
    within = (*getattr(dataset, "datasets", ()), getattr(dataset, "dataset", None))
    return [part for part in within if part is not None]


def takes_others_each_epoch(dataset: Any) -> bool:
    """Say whether what a data set's positions mean follows from the epoch, within wrappers too."""
    drawn = isinstance(getattr(dataset, "draw", None), WeightedDraw)
    return drawn or any(takes_others_each_epoch(part) for part in inner_datasets(dataset))


def refuse_evaluation(dataset: Any, wrapper: str) -> None:
    """Refuse a data set for evaluation, of which every picture has to come exactly once.

    Raises:
        ValueError: If it is one.
    """
    if getattr(dataset, "test_mode", False):
        raise ValueError(
            f"{wrapper}: {type(dataset).__name__} is for evaluation (test_mode), where every "
            "picture comes once; leave the wrapper out"
        )
