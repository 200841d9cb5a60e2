"""Accumulated gradients, against a loop written by hand."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch.utils.data import default_collate

from digitdet.hooks.accumulation_hook import is_updated


def train_by_hand(model: Any, samples: list[Any], windows: list[list[int]]) -> dict[str, Any]:
    """Two epochs of plain SGD; each window of batches gives one update, of their mean."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for window in windows * 2:
        for batch in window:
            inputs = default_collate(samples[2 * batch : 2 * batch + 2])
            (sum(model(**inputs, mode="loss").values()) / len(window)).backward()
        optimizer.step()
        optimizer.zero_grad()
    return dict(model.state_dict())


@pytest.mark.parametrize(
    ("counts", "windows"),
    [
        (1, [[0], [1], [2], [3], [4]]),
        (2, [[0, 1], [2, 3], [4]]),
        (3, [[0, 1, 2], [3, 4]]),
        (5, [[0, 1, 2, 3, 4]]),
        (8, [[0, 1, 2, 3, 4]]),
    ],
)
def test_each_window_makes_one_update_and_an_epoch_ends_with_one(
    counts: int,
    windows: list[list[int]],
    tiny: Any,
    tiny_runner: Any,
    samples: Any,
    tmp_path: Path,
) -> None:
    data = samples(10)
    wrapper = {"optimizer": {"type": "SGD", "lr": 0.1}, "accumulative_counts": counts}
    runner = tiny_runner("run", data, optim_wrapper=wrapper)
    runner.train()
    expected = train_by_hand(tiny(), data, windows)
    for name, value in runner.model.state_dict().items():
        assert torch.equal(value, expected[name]), name
    first = str(tmp_path / "run" / "epoch_1.pth")
    again = tiny_runner("again", data, optim_wrapper=wrapper, load_from=first, resume=True)
    again.train()
    for name, value in again.model.state_dict().items():
        assert torch.equal(value, expected[name]), name


def test_gradients_are_accumulated_between_two_updates_alone() -> None:
    weight = torch.nn.Parameter(torch.ones(()))
    plain, accumulating = (
        OptimWrapper(torch.optim.SGD([weight], lr=0.1), accumulative_counts=counts)
        for counts in (1, 2)
    )
    both = OptimWrapperDict(a=plain, b=accumulating)
    found = []
    for _ in range(4):
        for wrapper in (plain, accumulating):
            wrapper.update_params(weight.square())
        found.append([is_updated(wrapper) for wrapper in (plain, accumulating, both)])
    assert found == [[True, False, False], [True, True, True]] * 2
