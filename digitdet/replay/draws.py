"""The random draws of a step, which follow from the run's seed alone."""

import random
from collections.abc import Callable
from functools import cache

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
    # As `torch.manual_seed`, which formats a stack trace for each kind of device that is not there.
    torch.default_generator.manual_seed(int(seeds[2]))
    seed_devices = _device_seeder()
    if seed_devices:
        seed_devices(int(seeds[2]))


@cache
def _device_seeder() -> Callable[[int], None] | None:
    """Return what seeds the generators of the machine's accelerators, if it has any."""
    # In this order: torch 2.6 refuses to name a device where there is none.
    device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if device is None:
        return None
    module = torch.get_device_module(device)
    seeder: Callable[[int], None] = getattr(module, "manual_seed_all", module.manual_seed)
    return seeder
