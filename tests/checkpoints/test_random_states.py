"""The generators' states, through a file and back."""

import random
from pathlib import Path

import numpy as np
import torch

from digitdet.checkpoints.random_states import capture, restore


def _draw() -> tuple[float, ...]:
    """Draw from all generators, in ways that keep half of what they made for the next draw."""
    return (
        random.random(),
        random.gauss(0, 1),
        float(np.random.rand()),
        float(np.random.randn()),
        torch.rand(()).item(),
        torch.randn(()).item(),
    )


def test_all_generators_go_on_from_a_file(tmp_path: Path) -> None:
    _draw()
    torch.save(capture(), tmp_path / "states.pth")
    expected = [_draw(), _draw()]
    restore(torch.load(tmp_path / "states.pth", weights_only=True))
    assert [_draw(), _draw()] == expected


def test_capturing_draws_nothing() -> None:
    states = capture()
    expected = _draw()
    restore(states)
    capture()
    assert _draw() == expected


def test_states_of_devices_that_are_not_there_are_left_out() -> None:
    states = capture()
    expected = _draw()
    restore({**states, "cuda": [torch.zeros(16, dtype=torch.uint8)] * torch.cuda.device_count()})
    assert _draw() == expected
