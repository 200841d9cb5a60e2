"""A data set in which rare digits come as often as frequent ones."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.logging import print_log
from numpy.typing import NDArray
from torch.utils.data import Dataset

from digitdet.datasets.resampling import balanced_weights
from digitdet.datasets.samples import (
    Sample,
    column,
    refuse_evaluation,
    take_samples,
    takes_others_each_epoch,
)
from digitdet.datasets.subsets import check_positions
from digitdet.datasets.weighted_draw import WeightedDraw
from digitdet.registry import DATASETS

UNBALANCED = 1.1  # the most frequent digit over the rarest, from which it is worth a warning


@DATASETS.register_module()
class ClassBalancedDataset(Dataset[Sample]):
    """A data set whose pictures are drawn such that each digit is expected equally often.

    An epoch has as many samples as the data set has pictures; some come several times, each time
    with other random draws, some not at all. Of all weights that make the digits equal, those that
    differ least from equal ones are taken; see `balanced_weights`. A digit that never occurs is
    left out of account.

    Args:
        dataset: A config or a data set, for training.
        max_ratio: Most times that a picture is expected in an epoch; the least is 1 / max_ratio. It
            bounds how often the few pictures of a rare digit come, at the cost of balance.

    Attributes:
        metainfo: The data set's.
        weights: (I,) float64: how often each picture is expected in an epoch.

    Raises:
        ValueError: If ``max_ratio`` is below 1, or the data set is for evaluation, draws its
            pictures anew in each epoch, or does not state its labels.
    """

    def __init__(self, dataset: Any, max_ratio: float = 20.0) -> None:
        if not max_ratio >= 1:
            raise ValueError(f"max_ratio has to be at least 1, got {max_ratio!r}")
        self.dataset = DATASETS.build(dataset) if isinstance(dataset, Mapping) else dataset
        refuse_evaluation(self.dataset, "ClassBalancedDataset")
        if takes_others_each_epoch(self.dataset):
            raise ValueError(
                "ClassBalancedDataset: its data set draws other pictures in each epoch, as "
                "ConcatDataset with weights does; balance the parts instead"
            )
        counts = column(self.dataset, "label_counts")
        self.weights = balanced_weights(counts, max_ratio)
        self.draw = WeightedDraw(self.weights, len(self.dataset))
        self.metainfo = getattr(self.dataset, "metainfo", {})
        _report(counts, self.weights)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(I, 2) int64: each sample's height and width before the transforms, in this epoch."""
        return column(self.dataset, "sizes")[self.draw.positions]

    @property
    def label_counts(self) -> NDArray[np.int64]:
        """(I, 11) int64: how many boxes of each label each sample has, in this epoch."""
        return column(self.dataset, "label_counts")[self.draw.positions]

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed, of this and of the data set."""
        self.draw.draws.set_epoch(epoch, seed)
        if hasattr(self.dataset, "set_epoch"):
            self.dataset.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return self.draw.num_samples

    def __getitem__(self, index: int) -> Sample:
        return self.samples([index], [index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Sample]:
        return self.samples(indices, indices)

    def samples(self, indices: Sequence[int], draws: Sequence[int]) -> list[Sample]:
        """Read a batch of samples.

        Args:
            indices: Their positions.
            draws: For each, the number that its random draws follow from.
        """
        check_positions(indices, len(self), "sample")
        return take_samples(self.dataset, self.draw.positions[list(indices)].tolist(), draws)


def _report(counts: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
    """Say how often the digits come now, and warn where they could not be made equal."""
    before = counts.sum(axis=0)
    after = (weights @ counts)[before > 0]
    if not len(after):
        return
    uneven = after.max() / after.min() > UNBALANCED
    remedy = "; to come nearer, add pictures of the rare digits or raise max_ratio"
    print_log(
        f"ClassBalancedDataset: boxes of a digit {before[before > 0].min()} to {before.max()}, in "
        f"an epoch {after.min():.0f} to {after.max():.0f}; a picture comes {weights.min():.2f} to "
        f"{weights.max():.2f} times{remedy if uneven else ''}",
        logger="current",
        level=logging.WARNING if uneven else logging.INFO,
    )
