"""What a forward pass keeps, against what the derivatives need, by hand."""

import pytest
import torch
from torch import nn

from digitdet.saved_memory import SavedMemory


def test_nothing_is_kept_without_gradients() -> None:
    layer = nn.Linear(3, 5)
    with torch.no_grad(), SavedMemory(layer.parameters()) as memory:
        layer(torch.ones(7, 3))
    assert memory.num_bytes == 0


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_inputs_of_products_are_kept_once_and_parameters_are_not_counted(device: str) -> None:
    with torch.device(device):
        first, second = nn.Linear(3, 5, bias=False), nn.Linear(5, 2, bias=False)
    parameters = [*first.parameters(), *second.parameters()]
    with SavedMemory(parameters) as memory:
        hidden = first(torch.ones(7, 3, device=device))  # keeps 7 x 3
        (second(hidden) + second(hidden)).sum()  # keeps 7 x 5, though it is used twice
    assert memory.num_bytes == (7 * 3 + 7 * 5) * 4


def test_what_is_kept_still_gives_the_gradients() -> None:
    weight = nn.Parameter(torch.tensor([2.0, 3.0]))
    with SavedMemory([weight]):
        loss = (weight * torch.tensor([5.0, 7.0])).square().sum()
    loss.backward()
    assert weight.grad is not None
    assert weight.grad.tolist() == [2 * 10 * 5, 2 * 21 * 7]
