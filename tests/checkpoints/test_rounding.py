"""Weights of half the size."""

import pytest
import torch

from digitdet.checkpoints.rounding import round_weights


def test_no_weights_are_no_weights() -> None:
    assert round_weights({}, "a.pth") == {}


def test_numbers_of_more_than_16_bits_are_rounded_and_others_stay() -> None:
    state = {
        "single": torch.tensor([1 / 3, -0.0, 65504.0]),
        "double": torch.tensor(2 / 3, dtype=torch.float64),
        "brain": torch.tensor([1e30], dtype=torch.bfloat16),
        "half": torch.tensor([0.1], dtype=torch.float16),
        "count": torch.tensor(2**40),
        "flag": torch.tensor([True]),
        "none": torch.zeros(0, 3),
    }
    rounded = round_weights(state, "a.pth")
    halves = ("single", "double", "half", "none")
    assert {name for name, value in rounded.items() if value.dtype == torch.float16} == set(halves)
    for name, value in state.items():
        assert rounded[name].shape == value.shape
        # Float16 has 11 bits: what it holds lies within 2 ** -11 of a number.
        torch.testing.assert_close(
            rounded[name].double(), value.double(), rtol=2**-11 if name in halves else 0, atol=0
        )


@pytest.mark.parametrize("value", [65520.0, -1e30])
def test_a_value_beyond_float16_is_named(value: float) -> None:
    state = {"backbone.bn.running_var": torch.tensor([1.0, value])}
    with pytest.raises(ValueError, match=r"a\.pth: backbone\.bn\.running_var: holds .*--half"):
        round_weights(state, "a.pth")


def test_what_is_not_finite_is_no_more_lost_by_rounding() -> None:
    state = {"a": torch.tensor([torch.inf, -torch.inf, torch.nan])}
    assert torch.equal(round_weights(state, "a.pth")["a"].isnan(), state["a"].isnan())
