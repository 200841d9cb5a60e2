"""Batches of pictures of like shape for evaluation."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from mmengine.dist import get_world_size
from numpy.typing import NDArray
from torch.utils.data import Sampler

from digitdet.datasets.samples import column
from digitdet.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class EvaluationBatchSampler(Sampler[list[int]]):
    """Sorts a sampler's pictures by width over height and cuts them into batches.

    A model resizes pictures to one short side and pads them to the largest of their batch: those of
    like shape need little padding. Every picture comes once, and the same way each time. Results
    are put into the data set's order again before figures are computed and files written. Pictures
    of a data set that does not state ``sizes`` come in the sampler's order.

    Args:
        sampler: Gives the positions, and has the data set as ``dataset``, as mmengine's
            ``DefaultSampler`` does.
        batch_size: Pictures in a batch; the last one may have fewer.

    Raises:
        ValueError: If the number is not at least 1, or the sampler does not name its data set.
    """

    def __init__(self, sampler: Any, batch_size: int) -> None:
        if type(batch_size) is not int or batch_size < 1:
            raise ValueError(
                f"batch_size has to be a whole number of at least 1, got {batch_size!r}"
            )
        if not hasattr(sampler, "dataset"):
            raise ValueError(
                f"EvaluationBatchSampler: {type(sampler).__name__} has no dataset; take "
                "sampler=dict(type='DefaultSampler', shuffle=False)"
            )
        self.sampler = sampler
        self.batch_size = batch_size

    def __iter__(self) -> Iterator[list[int]]:
        positions = np.array(list(self.sampler), dtype=np.int64)
        # In a distributed run the last one may be there to fill up, and mmengine's own metrics
        # leave out what comes last.
        kept = len(positions) - (get_world_size() > 1)
        ratios = self._ratios()[positions[:kept]]
        positions[:kept] = positions[:kept][np.argsort(ratios, kind="stable")]
        for start in range(0, len(positions), self.batch_size):
            yield positions[start : start + self.batch_size].tolist()

    def __len__(self) -> int:
        return math.ceil(len(self.sampler) / self.batch_size)

    def _ratios(self) -> NDArray[np.float64]:
        """(I,) float64: width over height of each picture; all alike if they are not known."""
        dataset = self.sampler.dataset
        try:
            sizes = column(dataset, "sizes")
        except ValueError:
            return np.zeros(len(dataset))
        ratios: NDArray[np.float64] = sizes[:, 1] / np.maximum(1, sizes[:, 0])
        return ratios
