"""What a step costs, against what is known of it."""

import pytest
import torch
from torch import nn

from digitdet.benchmarks import matrix_peak as peaks
from digitdet.benchmarks.costs import count_flop, count_saved_bytes


def test_a_product_has_two_operations_for_each_multiplication() -> None:
    one, other = torch.ones(3, 5), torch.ones(5, 7)
    assert count_flop(lambda: None) == 0
    assert count_flop(lambda: one @ other) == 2 * 3 * 5 * 7


def test_only_inputs_of_layers_are_kept() -> None:
    layer = nn.Linear(5, 7)
    assert count_saved_bytes(lambda: layer(torch.ones(3, 5)), layer.parameters()) == 3 * 5 * 4


def test_products_of_matrices_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "SECONDS", 0)
    assert peaks.matrix_peak(torch.device("cpu"), torch.float32, side=8) > 0
