"""Several data sets as one."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from digitdet.datasets.merging import check_image_ids, merge_metainfo
from digitdet.datasets.samples import Sample, column, refuse_evaluation, take_samples
from digitdet.datasets.subsets import check_positions
from digitdet.datasets.weighted_draw import WeightedDraw
from digitdet.registry import DATASETS


@DATASETS.register_module()
class ConcatDataset(Dataset[Sample]):
    """Several data sets, one after another, or mixed by weights.

    A sample's random draws follow from its position here, so that a picture that comes several
    times in an epoch is drawn anew each time.

    Args:
        datasets: The parts, each a config or a data set.
        weights: For each part, its share of an epoch's samples, relative to the others. To reach
            it, pictures are left out or come several times; those of one part come equally often,
            or once more. Which they are is drawn in each epoch. None: each picture of each part
            once, in order.
        num_samples: Samples in an epoch, with ``weights``; as many as the parts hold if None.

    Attributes:
        metainfo: The parts' ``classes``, the first ``category_ids``, and all ``files``.

    Raises:
        ValueError: If there is no part, their classes differ, an argument is out of its range, or a
            part is for evaluation and two pictures have the same id.
    """

    def __init__(
        self,
        datasets: Sequence[Any],
        weights: Sequence[float] | None = None,
        num_samples: int | None = None,
    ) -> None:
        self.datasets = [DATASETS.build(d) if isinstance(d, Mapping) else d for d in datasets]
        if not self.datasets:
            raise ValueError("ConcatDataset: `datasets` is empty; name at least one")
        lengths = [len(dataset) for dataset in self.datasets]
        self.ends = np.cumsum(lengths)
        self.draw: WeightedDraw | None = None
        if weights is not None:
            by_picture = _spread(weights, lengths)
            self.draw = WeightedDraw(by_picture, _check_count(num_samples, sum(lengths)))
            for dataset in self.datasets:
                refuse_evaluation(dataset, "ConcatDataset with weights")
        elif num_samples is not None:
            raise ValueError("ConcatDataset: num_samples needs `weights`")
        self.test_mode = any(getattr(dataset, "test_mode", False) for dataset in self.datasets)
        if self.test_mode:
            check_image_ids(self.datasets)
        self.metainfo = merge_metainfo(self.datasets)

    @property
    def image_ids(self) -> NDArray[np.int64]:
        """(I,) int64: each sample's picture id, in this epoch."""
        return self._column("image_ids")

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(I, 2) int64: each sample's height and width before the transforms, in this epoch."""
        return self._column("sizes")

    @property
    def label_counts(self) -> NDArray[np.int64]:
        """(I, 11) int64: how many boxes of each label each sample has, in this epoch."""
        return self._column("label_counts")

    def _column(self, name: str) -> NDArray[np.int64]:
        values = np.concatenate([column(dataset, name) for dataset in self.datasets])
        return values[self.draw.positions] if self.draw else values

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed, of this data set and its parts."""
        for part in (self.draw and self.draw.draws, *self.datasets):
            if hasattr(part, "set_epoch"):
                part.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return self.draw.num_samples if self.draw else int(self.ends[-1])

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
        positions = np.array(indices, dtype=np.int64)
        if self.draw:
            positions = self.draw.positions[positions]
        parts = np.searchsorted(self.ends, positions, side="right")
        found: dict[int, Sample] = {}
        for part in np.unique(parts).tolist():
            places = np.flatnonzero(parts == part).tolist()
            dataset = self.datasets[part]
            local = (positions[places] - self.ends[part] + len(dataset)).tolist()
            taken = take_samples(dataset, local, [draws[place] for place in places])
            found.update(zip(places, taken, strict=True))
        return [found[place] for place in range(len(indices))]


def _check_count(num_samples: int | None, default: int) -> int:
    if num_samples is None:
        return default
    if type(num_samples) is not int or num_samples < 1:
        raise ValueError(
            "ConcatDataset: num_samples has to be a whole number of at least 1, got "
            f"{num_samples!r}"
        )
    return num_samples


def _spread(weights: Sequence[float], lengths: Sequence[int]) -> NDArray[np.float64]:
    """Spread each part's weight evenly over its pictures."""
    if not isinstance(weights, Sequence) or len(weights) != len(lengths):
        raise ValueError(
            f"ConcatDataset: there are {len(lengths)} datasets, and weights is a list of as many "
            f"numbers, got {weights!r}"
        )
    if 0 in lengths:
        raise ValueError(f"ConcatDataset: datasets[{lengths.index(0)}] is empty; leave it out")
    numbers = all(type(weight) in (int, float) for weight in weights)
    if not numbers or not all(0 <= weight < math.inf for weight in weights) or not sum(weights):
        raise ValueError(
            f"ConcatDataset: weights are finite numbers, 0 or more and not all 0, got {weights!r}"
        )
    return np.repeat(np.array(weights) / lengths, lengths)
