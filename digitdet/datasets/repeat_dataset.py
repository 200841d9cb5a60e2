"""A data set that comes several times in an epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from digitdet.datasets.samples import Sample, column, refuse_evaluation, take_samples
from digitdet.datasets.subsets import check_positions
from digitdet.registry import DATASETS


@DATASETS.register_module()
class RepeatDataset(Dataset[Sample]):
    """A data set, several times over.

    Each time a picture's random draws are others. It makes epochs of few pictures longer: what is
    done once an epoch, evaluation for example, costs less.

    Args:
        dataset: A config or a data set, for training.
        times: How often it comes.

    Attributes:
        metainfo: The data set's.

    Raises:
        ValueError: If ``times`` is no whole number of at least 1, or the data set for evaluation.
    """

    def __init__(self, dataset: Any, times: int) -> None:
        if type(times) is not int or times < 1:
            raise ValueError(f"times has to be a whole number of at least 1, got {times!r}")
        self.dataset = DATASETS.build(dataset) if isinstance(dataset, Mapping) else dataset
        refuse_evaluation(self.dataset, "RepeatDataset")
        self.times = times
        self.metainfo = getattr(self.dataset, "metainfo", {})

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(I, 2) int64: each sample's height and width before the transforms."""
        return np.tile(column(self.dataset, "sizes"), (self.times, 1))

    @property
    def label_counts(self) -> NDArray[np.int64]:
        """(I, 11) int64: how many boxes of each label each sample has."""
        return np.tile(column(self.dataset, "label_counts"), (self.times, 1))

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed, of the data set."""
        if hasattr(self.dataset, "set_epoch"):
            self.dataset.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return self.times * len(self.dataset)

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
        return take_samples(self.dataset, [i % len(self.dataset) for i in indices], draws)
