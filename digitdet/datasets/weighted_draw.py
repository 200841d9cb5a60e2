"""The pictures of each epoch, drawn by their weights."""

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.resampling import draw_epoch
from digitdet.transforms.draws import Draws


class WeightedDraw:
    """Positions of the pictures that an epoch takes; they follow from the seed and the epoch.

    Args:
        weights: (I,) float64, 0 or more, not all 0; relative.
        num_samples: Samples in an epoch.
    """

    def __init__(self, weights: NDArray[np.float64], num_samples: int) -> None:
        self.weights = weights
        self.num_samples = num_samples
        self.draws = Draws()
        self._epoch: tuple[int, int] | None = None
        self._positions = np.zeros(0, dtype=np.int64)

    @property
    def positions(self) -> NDArray[np.int64]:
        """(num_samples,) int64: the epoch's pictures, those of one picture together."""
        epoch = self.draws.seed, self.draws.epoch
        if epoch != self._epoch:
            self._positions = draw_epoch(self.weights, self.num_samples, *epoch)
            self._epoch = epoch
        return self._positions
