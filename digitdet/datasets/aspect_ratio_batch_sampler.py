"""Batches of pictures of like shape, so that little is padded."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from torch.utils.data import Sampler

from digitdet.datasets.samples import column
from digitdet.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class AspectRatioBatchSampler(Sampler[list[int]]):
    """Groups a sampler's pictures into batches by aspect ratio; every picture comes once.

    A model resizes pictures to one short side and pads them to the largest of their batch: pictures
    of the same width over height need no padding. Within each window of the sampler's order they
    are sorted by it and cut into batches, and the batches of all windows are shuffled if the
    sampler shuffles. The order follows from the sampler's seed and epoch alone: to go on in the
    middle of an epoch, skip batches. The ranks of a distributed run have equally many batches, of
    about the same shape at the same time.

    Args:
        sampler: Gives the positions, and with ``dataset``, ``seed``, ``epoch`` and ``shuffle`` what
            the batches follow from, as mmengine's ``DefaultSampler`` does. Its data set has to
            state ``sizes``.
        batch_size: Pictures in a batch; the last of the sorted ones may have fewer.
        window: Batches that are sorted together. More means less padding and less variety.
        drop_last: Leave a smaller batch out: the last pictures of the sampler's order.

    Raises:
        ValueError: If a number is not at least 1, the sampler lacks one of these attributes, or the
            data set does not state ``sizes``.
    """

    def __init__(
        self, sampler: Any, batch_size: int, window: int = 128, drop_last: bool = False
    ) -> None:
        for name, value in (("batch_size", batch_size), ("window", window)):
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} has to be a whole number of at least 1, got {value!r}")
        for name in ("dataset", "seed", "epoch", "shuffle"):
            if not hasattr(sampler, name):
                raise ValueError(
                    f"AspectRatioBatchSampler: {type(sampler).__name__} has no {name}; take "
                    "sampler=dict(type='DefaultSampler', shuffle=True)"
                )
        column(sampler.dataset, "sizes")
        self.sampler = sampler
        self.batch_size = batch_size
        self.window = window
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        sizes = column(self.sampler.dataset, "sizes")
        ratios = sizes[:, 1] / np.maximum(1, sizes[:, 0])
        positions = np.array(list(self.sampler), dtype=np.int64)
        if self.drop_last:  # before sorting, else the widest would miss each epoch
            positions = positions[: len(self) * self.batch_size]
        length = self.window * self.batch_size
        batches: list[list[int]] = []
        for start in range(0, len(positions), length):
            part = positions[start : start + length]
            part = part[np.argsort(ratios[part], kind="stable")].tolist()
            batches += [part[i : i + self.batch_size] for i in range(0, len(part), self.batch_size)]
        if self.sampler.shuffle:
            rng = np.random.default_rng((self.sampler.seed, self.sampler.epoch))
            batches = [batches[position] for position in rng.permutation(len(batches))]
        return iter(batches)

    def __len__(self) -> int:
        if self.drop_last:
            return len(self.sampler) // self.batch_size
        return math.ceil(len(self.sampler) / self.batch_size)
