"""Batch and workers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from digitdet.advice.loading import (
    Machine,
    batch_bytes,
    choose_batch,
    choose_workers,
    decoding_seconds,
    find_machine,
)

GIGABYTE = 10**9


def test_memory_that_is_not_known_gives_the_batch_of_the_preset() -> None:
    assert choose_batch(8, GIGABYTE, 1, Machine(cores=2, memory=0)) == 8


@pytest.mark.parametrize(("memory", "batch"), [(100, 8), (10.3, 4), (5, 2), (2.5, 1), (0.1, 1)])
def test_a_batch_fits_in_seven_tenths_of_the_memory(memory: float, batch: int) -> None:
    # A gigabyte a picture, and 25 million parameters of 16 bytes: .4 more.
    machine = Machine(cores=2, memory=int(memory * GIGABYTE))
    assert choose_batch(8, GIGABYTE, 25_000_000, machine) == batch
    assert batch_bytes(batch, GIGABYTE, 25_000_000) == (batch + 0.4) * GIGABYTE


@pytest.mark.parametrize(
    ("decoding", "flop", "machine", "workers"),
    [
        (5e-4, 118e9, Machine(2, 0), 0),  # .002 of a core
        (5e-4, 1e9, Machine(2, 0), 1),  # .2 of a core
        (0.1, 1e9, Machine(8, 0), 7),  # all but one
        (0.1, 1e9, Machine(1, 0), 1),
        (1e-4, 118e9, Machine(16, 0, is_gpu=True), 2),
        (2e-3, 118e9, Machine(16, 0, is_gpu=True), 6),  # 1,500 a second, transforms as much again
        (2e-3, 118e9, Machine(2, 0, is_gpu=True), 1),
    ],
)
def test_workers_keep_up_and_leave_a_core(
    decoding: float, flop: float, machine: Machine, workers: int
) -> None:
    assert choose_workers(decoding, flop, machine) == workers


def test_no_picture_and_pictures_that_cannot_be_read_give_no_time(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"")
    assert decoding_seconds([]) is None
    assert decoding_seconds([tmp_path / "missing.png", tmp_path / "broken.png"]) is None


def test_decoding_is_measured_on_what_can_be_read(
    write_coco: Callable[..., Path], tmp_path: Path
) -> None:
    write_coco()
    seconds = decoding_seconds([tmp_path / "missing.png", tmp_path / "pictures" / "1.png"])
    assert seconds is not None
    assert seconds > 0


def test_a_gpu_elsewhere_is_planned_for_by_its_memory() -> None:
    machine = find_machine(on_gpu=True, gpu_gib=16)
    assert (machine.memory, machine.is_gpu) == (16 * 2**30, True)
    assert find_machine().is_gpu is False


@pytest.mark.parametrize("gib", [0.0, -1.0, float("nan"), float("inf")])
def test_a_gpu_has_a_memory_above_zero(gib: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        find_machine(on_gpu=True, gpu_gib=gib)


def test_without_a_gpu_its_memory_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match="--gpu 16"):
        find_machine(on_gpu=True)
