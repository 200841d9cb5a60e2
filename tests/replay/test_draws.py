"""The draws of a step."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch

from digitdet.replay.draws import seed_step

STEPS = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (7, 40_000, 3)]


def draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(1))


def test_each_seed_step_and_process_has_draws_of_its_own_that_repeat() -> None:
    found = []
    for _ in range(2):
        for step in STEPS:
            seed_step(*step)
            found.append(draws())
    assert found[: len(STEPS)] == found[len(STEPS) :]
    for values in zip(*found[: len(STEPS)], strict=True):
        assert len(set(values)) == len(STEPS)


def check_like_manual_seed(draw: Callable[[], torch.Tensor]) -> None:
    for step in STEPS:
        torch.manual_seed(99)
        seed_step(*step)
        seed, drawn = torch.initial_seed(), draw()
        torch.manual_seed(seed)
        assert torch.equal(draw(), drawn)


def test_torch_draws_as_after_its_manual_seed() -> None:
    check_like_manual_seed(lambda: torch.randn(5))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_so_does_cuda() -> None:
    check_like_manual_seed(lambda: torch.randn(5, device="cuda"))
