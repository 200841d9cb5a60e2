"""The whole loader beside the plain one."""

import time
from collections.abc import Callable
from typing import Any

from torch.utils.data import DataLoader

from digitdet.benchmarks.data_stages import random_batches
from digitdet.benchmarks.plain_loader import PlainDataset, plain_collate
from digitdet.benchmarks.timing import Run, alternate
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.collate import collate

WORKERS = {"in process": 0, "two workers": 2}
NUM_IMAGES = 2_000  # of a measurement; the plain loader takes a tenth


def loader_rates(dataset: CocoDigits, batch_size: int, repeats: int) -> dict[str, list[float]]:
    """Measure whole loaders, in process and with two workers, the caches being full.

    Args:
        dataset: A data set with a cache in memory and without transforms.
        batch_size: Pictures of a batch.
        repeats: How often.

    Returns:
        Loader -> images a second in each turn: of CPU time in process, of the clock with workers.
    """
    plain = PlainDataset(dataset.annotations, dataset.image_dir)
    rates: dict[str, list[float]] = {}
    for name, workers in WORKERS.items():
        runs = {
            f"plain, {name}": _run(plain, plain_collate, batch_size, workers, NUM_IMAGES // 10),
            f"digitdet, {name}": _run(dataset, collate, batch_size, workers, NUM_IMAGES),
        }
        # Workers' CPU time is not this process's.
        rates |= alternate(runs, repeats, clock=time.perf_counter if workers else time.process_time)
    return rates


def _run(
    dataset: Any,
    collate_fn: Callable[..., Any],
    batch_size: int,
    num_workers: int,
    num_images: int,
) -> Run:
    """Make a run that loads a number of images, in a random order that repeats."""
    order = random_batches(len(dataset), len(dataset))[0]
    loader = DataLoader(
        dataset,
        batch_size=batch_size,
        sampler=(order * (num_images // len(order) + 1))[:num_images],
        num_workers=num_workers,
        collate_fn=collate_fn,
        persistent_workers=num_workers > 0,
    )

    def run() -> int:
        for _ in loader:
            pass
        return num_images

    return run
