from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from digitdet.replay.step import first_not_finite, gradient_norms, tensors_of


def test_a_loss_that_depends_on_nothing_has_no_gradients() -> None:
    assert gradient_norms(torch.zeros(()), nn.Linear(2, 1)) == {}
    frozen = nn.Linear(2, 1).requires_grad_(False)
    assert gradient_norms(torch.zeros((), requires_grad=True) * 1, frozen) == {}


def test_norms_are_those_of_the_backward_pass_and_no_gradient_is_kept() -> None:
    model = nn.ModuleDict({"used": nn.Linear(3, 2), "unused": nn.Linear(3, 2)})
    model["used"].bias.requires_grad_(False)
    inputs = torch.rand(4, 3)
    norms = gradient_norms(model["used"](inputs).square().sum(), model)
    assert all(p.grad is None for p in model.parameters())
    model["used"](inputs).square().sum().backward()
    expected = float(model["used"].weight.grad.square().sum().sqrt())
    assert norms == {"used.weight": pytest.approx(expected)}


def test_the_norm_of_a_large_gradient_does_not_overflow() -> None:
    model = nn.Linear(2, 1, bias=False)
    norms = gradient_norms((model(torch.ones(1, 2)) * 3e30).sum(), model)
    assert norms == {"weight": pytest.approx(3e30 * 2**0.5)}


class Divide(nn.Module):
    def forward(self, value: Tensor) -> Any:
        return {"value": value / 0, "names": ["a"]}


@pytest.mark.parametrize(
    ("layers", "inputs", "expected"),
    [
        ([], 1.0, []),
        ([("one", nn.ReLU()), ("two", nn.ReLU())], 1.0, []),
        ([("one", nn.ReLU()), ("two", nn.ReLU())], float("inf"), ["one (ReLU)"]),
        ([("one", nn.ReLU()), ("inner", nn.Sequential(Divide()))], 1.0, ["inner.0 (Divide)"]),
    ],
)
def test_the_innermost_module_that_is_not_finite_is_named(
    layers: list[tuple[str, nn.Module]], inputs: float, expected: list[str]
) -> None:
    model = nn.Sequential(OrderedDict(layers))
    with first_not_finite(model) as found:
        model(torch.tensor([inputs]))
    assert found == expected
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (None, 0),
        ([], 0),
        (torch.zeros(2), 1),
        (torch.zeros(2, dtype=torch.int64), 0),
        ((torch.zeros(1), [{"a": torch.ones(1), "b": "text"}]), 2),
        (SimpleNamespace(tensors=torch.zeros(1), image_sizes=[(1, 2)]), 1),
    ],
)
def test_tensors_are_found_at_any_depth(value: Any, count: int) -> None:
    assert len(list(tensors_of(value))) == count
