"""The random draws of a step, which follow from the run's seed alone."""

import random

import numpy as np
import torch


def seed_step(seed: int, step: int, rank: int) -> None:
    """Seed Python's, NumPy's and torch's generators for a step of a run.

    Args:
        seed: The run's seed.
        step: The step, from 0.
        rank: The process of a distributed run; else 0.
    """
    seeds = np.random.SeedSequence((seed, step, rank)).generate_state(3)
    random.seed(int(seeds[0]))
    np.random.seed(int(seeds[1]))
    torch.manual_seed(int(seeds[2]))
