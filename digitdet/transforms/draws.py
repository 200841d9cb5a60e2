"""Seeds of random draws: each sample's come from (seed, epoch, index) alone."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


class Draws:
    """The seed and the epoch of a dataset's random draws.

    They lie in shared memory, so that persistent workers see a new epoch too.
    """

    def __init__(self) -> None:
        self._state = torch.zeros(2, dtype=torch.int64).share_memory_()

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self._state[0])

    @property
    def epoch(self) -> int:
        """Epoch, from 0."""
        return int(self._state[1])

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the seed of the run; call it before the loader is iterated."""
        self._state[0] = seed
        self._state[1] = epoch

    @contextmanager
    def seeded(self, index: int) -> Iterator[None]:
        """Seed Python's, NumPy's and torch's CPU generators for a sample, then restore them.

        Args:
            index: Position of the sample in its dataset.
        """
        words = np.random.SeedSequence((self.seed, self.epoch, index)).generate_state(3)
        python, numpy = random.getstate(), np.random.get_state()
        generator = torch.default_generator
        state = generator.get_state()
        random.seed(int(words[0]))
        np.random.seed(int(words[1]))
        generator.manual_seed(int(words[2]))
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
            generator.set_state(state)
