"""Whether numbers are finite, beside a look at each."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from digitdet.finite import are_finite

NUMBERS = st.sampled_from([0.0, -1.5, 3e38, 1e-45, math.inf, -math.inf, math.nan])


def _sparse(value: float) -> Tensor:
    place = torch.tensor([[1]])
    return torch.sparse_coo_tensor(place, torch.tensor([value]), (3,), check_invariants=True)


@pytest.mark.parametrize(
    ("gradients", "expected"),
    [
        ([], True),
        ([torch.zeros(0)], True),
        ([torch.tensor(math.nan)], False),
        ([torch.ones(2, 3), torch.full((2, 2, 1, 1), -math.inf)], False),
        ([torch.full((9,), 3e38)] * 50, True),  # their sum and their norm are not
        ([torch.ones(3), torch.ones(2, dtype=torch.float64)], True),
        ([torch.ones(3), torch.tensor([math.inf], dtype=torch.bfloat16)], False),
        ([torch.ones(3), torch.tensor([math.nan], dtype=torch.float64)], False),
        ([torch.ones(2, dtype=torch.complex64)], True),
        ([torch.tensor([complex(0, math.inf)])], False),
        ([torch.ones(3), _sparse(2.0)], True),
        ([_sparse(2.0), torch.ones(3), _sparse(math.nan)], False),
    ],
)
def test_all_numbers_count(gradients: list[Tensor], expected: bool) -> None:
    assert are_finite(gradients) is expected


@given(st.lists(st.lists(NUMBERS, max_size=40), max_size=5))
def test_as_python_says_and_nothing_is_changed(numbers: list[list[float]]) -> None:
    gradients = [torch.tensor(one, dtype=torch.float32) for one in numbers]
    before = [gradient.numpy().tobytes() for gradient in gradients]
    finite = [float(one) for gradient in gradients for one in gradient]
    assert are_finite(gradients) is all(map(math.isfinite, finite))
    assert [gradient.numpy().tobytes() for gradient in gradients] == before


def test_gradients_of_parameters_are_taken() -> None:
    weight = torch.ones(3, requires_grad=True)
    (weight * torch.tensor([1.0, math.inf, 1.0])).sum().backward()
    assert weight.grad is not None
    assert not are_finite([weight.grad])
