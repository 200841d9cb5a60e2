"""The peak of memory, as the platform tells it."""

from pathlib import Path

import pytest
import torch

from digitdet.peak_memory import peak_bytes, peak_of_status


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
