"""How fast this machine multiplies matrices: the peak that a model's speed is a fraction of."""

import time

import torch

from digitdet.benchmarks.costs import wait_for

SIDES = {"cpu": 2048, "cuda": 8192}  # of square matrices: larger ones were not faster
SECONDS = 1.0  # for which it is repeated


def matrix_peak(device: torch.device, dtype: torch.dtype, side: int | None = None) -> float:
    """Return the fastest of some products of square matrices, in operations a second.

    Args:
        device: What multiplies, with as many threads as torch has.
        dtype: Of the matrices.
        side: Rows and columns; by `SIDES` if None.
    """
    side = side or SIDES.get(device.type, SIDES["cpu"])
    wait = wait_for(device)
    one = torch.rand(side, side, device=device).to(dtype)
    other, product = torch.rand_like(one), torch.empty_like(one)
    torch.mm(one, other, out=product)
    wait()
    spent: list[float] = []
    while not spent or sum(spent) < SECONDS:
        start = time.perf_counter()
        torch.mm(one, other, out=product)
        wait()
        spent.append(time.perf_counter() - start)
    return float(2 * side**3 / min(spent))
