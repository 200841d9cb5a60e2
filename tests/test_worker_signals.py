"""The workers of loaders end with the process that reads from them."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from torch.utils.data import DataLoader

from digitdet.worker_signals import ignore_signals

PATIENCE = 60.0  # seconds; torch looks every five whether the process is there


def _is_alive(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return state.is_file() and state.read_text().rpartition(")")[2].split()[0] != "Z"


class Large:
    """Samples of more bytes than a pipe holds."""

    def __len__(self) -> int:
        return 100

    def __getitem__(self, index: int) -> bytes:
        return bytes(2**20)


def _read_for_ever(file: Path) -> None:
    """Read one sample, write down which processes are the workers, and wait."""
    init = ignore_signals(None)
    loader: DataLoader[Any] = DataLoader(
        Large(), batch_size=None, num_workers=2, worker_init_fn=init
    )
    batches: Any = iter(loader)
    next(batches)
    part = file.with_suffix(".part")
    part.write_text(" ".join(str(worker.pid) for worker in batches._workers))
    part.rename(file)
    time.sleep(PATIENCE)


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs /proc")
def test_workers_end_after_a_kill_though_nobody_takes_what_they_have_read(tmp_path: Path) -> None:
    file = tmp_path / "workers"
    child = os.fork()
    if not child:
        _read_for_ever(file)
        os._exit(0)
    until = time.monotonic() + PATIENCE
    while not file.is_file() and time.monotonic() < until:
        time.sleep(0.05)
    workers = [int(number) for number in file.read_text().split()]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(workers) == 2
    while any(map(_is_alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    left = [worker for worker in workers if _is_alive(worker)]
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert not left
