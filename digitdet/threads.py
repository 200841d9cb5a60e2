"""How many threads torch computes with."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

CGROUPS = Path("/sys/fs/cgroup")


def keep_to_cores() -> None:
    """Let torch compute with no more threads than cores that this process may use.

    torch takes as many threads as the machine has cores, also in a container that gets the time of
    two of 64, where they wait for each other. ``OMP_NUM_THREADS`` goes before. Workers of loaders
    are not subtracted: they compute with one thread each, and little beside a model. One core
    renders a batch of synthetic scenes in 0.12 s and trains the quickstart's model on it in 0.78 s;
    a thread less would cost more than the worker takes.
    """
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(min(torch.get_num_threads(), available_cores()))


def available_cores(cgroups: Path = CGROUPS) -> int:
    """Return the cores that this process may use.

    Args:
        cgroups: Folder where Linux states the share of a container; it need not be there.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, math.ceil(_share(cgroups))))


def _share(cgroups: Path) -> float:
    """Return how many cores' time a container gets; a great number if all, or if not stated."""
    shares = []
    with suppress(OSError, ValueError, IndexError):  # version 2: "max 100000", "150000 100000"
        quota, period = (cgroups / "cpu.max").read_text(encoding="ascii").split()[:2]
        shares.append(int(quota) / int(period))
    with suppress(OSError, ValueError):  # version 1: -1 for all
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        quota, period = ((cgroups / "cpu" / n).read_text(encoding="ascii") for n in names)
        shares.append(int(quota) / int(period))
    return min((share for share in shares if share > 0), default=1e9)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute as workers of a loader do: threads cost small pictures more than they give."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
