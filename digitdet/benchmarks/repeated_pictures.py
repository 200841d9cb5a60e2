"""A data set of few pictures, again and again, so that all steps are alike."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from digitdet.hooks.sample_seed_hook import set_epoch
from digitdet.registry import DATASETS
from digitdet.structures import Target

NUM_DIGITS = 2  # of a picture; SVHN has 2.2


@DATASETS.register_module()
class RepeatedPictures(Dataset[tuple[Tensor, Target]]):
    """Random pictures, or the first ones of another data set, again and again.

    Args:
        num_pictures: How many different ones.
        length: How many in all.
        size: Height and width of random pictures, in pixels; at least 8 each.
        dataset: Config of a data set whose first pictures are taken instead.

    Raises:
        ValueError: If neither is given, a size is too small, or the data set has too few.
    """

    def __init__(
        self,
        num_pictures: int,
        length: int,
        size: Sequence[int] | None = None,
        dataset: Mapping[str, Any] | None = None,
    ) -> None:
        if dataset is not None:
            self.samples = _first(dataset, num_pictures)
        elif size is not None:
            self.samples = [random_picture(index, *size) for index in range(num_pictures)]
        else:
            raise ValueError("RepeatedPictures needs a size or a dataset, got neither")
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> tuple[Tensor, Target]:
        return self.samples[index % len(self.samples)]


def random_picture(index: int, height: int, width: int) -> tuple[Tensor, Target]:
    """Draw a picture of noise with digits' boxes side by side; an index gives the same one.

    Args:
        index: Its position, from 0.
        height: In pixels, at least 8.
        width: In pixels, at least 8.

    Returns:
        The picture, (3, H, W) uint8, and its target.

    Raises:
        ValueError: If a side is below 8.
    """
    if min(height, width) < 8:
        raise ValueError(f"a picture is at least 8 x 8 pixels, got {height} x {width}")
    generator = torch.Generator().manual_seed(index)
    image = torch.randint(256, (3, height, width), dtype=torch.uint8, generator=generator)
    lefts = [width * (0.25 + 0.25 * number) for number in range(NUM_DIGITS)]
    boxes = [[left, height * 0.2, left + width * 0.2, height * 0.8] for left in lefts]
    target = Target(
        image_id=index + 1,
        boxes=torch.tensor(boxes),
        labels=torch.randint(1, 11, (NUM_DIGITS,), generator=generator),
        iscrowd=torch.zeros(NUM_DIGITS, dtype=torch.bool),
        source=f"noise:{index}",
    )
    return image, target


def _first(config: Mapping[str, Any], number: int) -> list[tuple[Tensor, Target]]:
    dataset = DATASETS.build(dict(config))
    if len(dataset) < number:
        raise ValueError(f"a batch is of {number} pictures, but there are {len(dataset)}")
    set_epoch(dataset, 0, 0)
    return [dataset[index] for index in range(number)]
