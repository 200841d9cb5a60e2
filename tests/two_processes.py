"""Two processes of a group, forked from this one: what they would import is there already.

Its threads are not: what they do has to compute without, as torch does with ``OMP_NUM_THREADS=1``,
and pycocotools, but not hotcoco.
"""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import torch

SECONDS = 100  # far longer than any of these takes: one that hangs has to fail


def in_two_processes(work: Callable[[int], None], folder: Path) -> list[str]:
    """Call a function in each of two processes, which are of one group of torch's.

    Args:
        work: What each does; it gets its rank.
        folder: Where they meet, and where what they print is kept.

    Returns:
        What each printed.
    """
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=_be_one, args=(work, rank, folder)) for rank in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(SECONDS)
        process.kill()
        process.join()
    said = [(folder / f"said_{rank}").read_text(encoding="utf-8") for rank in range(2)]
    assert [process.exitcode for process in processes] == [0, 0], "\n".join(said)
    return said


def _be_one(work: Callable[[int], None], rank: int, folder: Path) -> None:
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2")
    file = folder / f"said_{rank}"
    with file.open("w", encoding="utf-8") as said, redirect_stdout(said), redirect_stderr(said):
        try:
            torch.distributed.init_process_group(
                "gloo",
                init_method=(folder / "store").as_uri(),
                rank=rank,
                world_size=2,
                timeout=timedelta(seconds=60),
            )
            work(rank)
            torch.distributed.destroy_process_group()
        except BaseException:
            traceback.print_exc()
            raise SystemExit(1) from None
