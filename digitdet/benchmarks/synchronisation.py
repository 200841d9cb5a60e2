"""The results of two processes brought together, by digitdet and by torchmetrics."""

import json
import tempfile
import time
from pathlib import Path

import torch
from torch import distributed
from torch.multiprocessing.spawn import spawn

from digitdet.benchmarks.evaluation_data import draw_results
from digitdet.benchmarks.evaluation_paths import OURS, TORCHMETRICS, updated
from digitdet.evaluation.gathering import gather_results

NUM_PROCESSES = 2


def synchronisation_seconds(
    num_pictures: int, num_detections: int, repeats: int
) -> dict[str, list[float]]:
    """Measure how long two processes, which talk through gloo, take to bring results together.

    Args:
        num_pictures: Of both; each holds half of them, because torchmetrics waits forever for a
            process that holds fewer.
        num_detections: Detections in each picture.
        repeats: How often.

    Returns:
        Name -> seconds in each turn, of the process that ends last.
    """
    with tempfile.TemporaryDirectory() as folder:
        spawn(
            _measure,
            (Path(folder), num_pictures // NUM_PROCESSES, num_detections, repeats),
            nprocs=NUM_PROCESSES,
        )
        seconds: dict[str, list[float]] = json.loads(Path(folder, "seconds.json").read_text())
        return seconds


def _measure(rank: int, folder: Path, each: int, num_detections: int, repeats: int) -> None:
    """Measure in one of the processes; the first writes ``seconds.json``."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=(folder / "store").as_uri(), rank=rank, world_size=NUM_PROCESSES
    )
    every = draw_results(each * NUM_PROCESSES, num_detections)
    shard = every[rank::NUM_PROCESSES]
    metric = updated(shard, sync_on_compute=True)
    seconds: dict[str, list[float]] = {OURS: [], TORCHMETRICS: []}
    gather_results(shard)
    for _ in range(repeats):
        start = _start()
        gathered = gather_results(shard)
        seconds[OURS].append(_seconds_since(start))
        start = _start()
        metric.sync()
        seconds[TORCHMETRICS].append(_seconds_since(start))
        if rank == 0 and not len(gathered) == len(metric.detection_box) == len(every):
            raise RuntimeError(f"of {len(every)} pictures, {len(gathered)} came together")
        metric.unsync()
    if rank == 0:
        (folder / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")
    distributed.destroy_process_group()


def _start() -> float:
    """Return the time at which all processes are here."""
    distributed.barrier()
    return time.perf_counter()


def _seconds_since(start: float) -> float:
    """Return how long it was for the process for which it was longest."""
    spent = torch.tensor(time.perf_counter() - start)
    distributed.all_reduce(spent, distributed.ReduceOp.MAX)
    return float(spent)
