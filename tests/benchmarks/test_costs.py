"""What a step costs, against what is known of it."""

from pathlib import Path

import pytest
import torch
from torch import nn

from digitdet.benchmarks import matrix_peak as peaks
from digitdet.benchmarks.costs import count_flop, count_saved_bytes, peak_bytes, peak_of_status


def test_a_product_has_two_operations_for_each_multiplication() -> None:
    one, other = torch.ones(3, 5), torch.ones(5, 7)
    assert count_flop(lambda: None) == 0
    assert count_flop(lambda: one @ other) == 2 * 3 * 5 * 7


def test_only_inputs_of_layers_are_kept() -> None:
    layer = nn.Linear(5, 7)
    assert count_saved_bytes(lambda: layer(torch.ones(3, 5)), layer.parameters()) == 3 * 5 * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Name:\tpython\n", 0),
        ("VmPeak:\t 9 kB\nVmHWM:\t   12345 kB\nVmRSS:\t 3 kB\n", 12641280),
    ],
)
def test_the_peak_is_read_from_what_linux_tells(text: str, expected: int) -> None:
    assert peak_of_status(text) == expected


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux's /proc")
def test_the_peak_of_a_process_counts_what_was_given_back() -> None:
    before = peak_bytes(torch.device("cpu"))
    held = torch.ones(before // 4)  # as many bytes as the process ever had
    del held
    assert peak_bytes(torch.device("cpu")) > before


def test_products_of_matrices_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "SECONDS", 0)
    assert peaks.matrix_peak(torch.device("cpu"), torch.float32, side=8) > 0
