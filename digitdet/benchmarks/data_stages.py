"""The stages of loading, each on its own, in the process that measures."""

import pickle
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.benchmarks.timing import Run, alternate
from digitdet.datasets.annotated_pictures import AnnotatedPictures
from digitdet.datasets.annotations import Annotations
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.collate import collate
from digitdet.datasets.images import read_image
from digitdet.datasets.samples import transform_samples
from digitdet.labels import digit_to_label
from digitdet.structures import Batch

LOOKUPS = (1_000, 33_402)  # pictures; the second is SVHN's training part
DIGITS_PER_PICTURE = 2
HELD_BYTES = 2**28  # of decoded pictures; a stage's input is made before, so that it alone is timed


def stage_rates(
    dataset: CocoDigits, changed: CocoDigits | None, batch_size: int, repeats: int, seconds: float
) -> dict[str, list[float]]:
    """Measure each stage of loading, batch after batch in random order.

    Args:
        dataset: A data set with a cache in memory and without transforms.
        changed: The same with the config's transforms; None if it has none.
        batch_size: Pictures of a batch.
        repeats: How often.
        seconds: How long each time, in CPU time.

    Returns:
        Stage -> images a second of CPU time, in each turn.
    """
    batches = _first(random_batches(len(dataset), batch_size), dataset.sizes)
    files = dataset.pictures.files
    pictures = dataset.pictures.pictures
    samples = [dataset.samples(batch, batch) for batch in batches]
    collated = [collate(part) for part in samples]
    packed = [pickle.dumps(batch, pickle.HIGHEST_PROTOCOL) for batch in collated]
    stages = {
        "read the file": _each(batches, lambda batch: [files[i].read_bytes() for i in batch]),
        "read and decode": _each(batches, lambda batch: [read_image(files[i]) for i in batch]),
        "take from the cache": _each(batches, pictures.read),
        "look up the target": _each(batches, dataset.pictures.targets),
        "collate": _each(samples, collate),
        "pack, in a worker": _each(collated, lambda b: pickle.dumps(b, pickle.HIGHEST_PROTOCOL)),
        "unpack, in the main process": _each(packed, pickle.loads, collated),
    }
    if changed is not None:
        pipeline = changed.pipeline
        pairs = list(zip(samples, batches, strict=True))
        stages["transform"] = _each(pairs, lambda pair: transform_samples(pipeline, *pair), batches)
    for number in LOOKUPS:
        stages[f"look up the target of one in {number:,}"] = _lookup(number, batch_size)
    # What else the machine does costs no CPU time of this process; a slow disk does not show.
    return alternate(stages, repeats, seconds, time.process_time)


def random_batches(number: int, batch_size: int) -> list[list[int]]:
    """Return batches of all positions in a random order that is always the same."""
    order = np.random.default_rng(0).permutation(number).tolist()
    return [order[start : start + batch_size] for start in range(0, number, batch_size)]


def _first(batches: list[list[int]], sizes: NDArray[np.int64]) -> list[list[int]]:
    """Return as many batches as `HELD_BYTES` hold, one at least."""
    ends = np.cumsum([3 * sizes[batch].prod(axis=1).sum() for batch in batches])
    return batches[: max(1, int(np.searchsorted(ends, HELD_BYTES, side="right")))]


def _each(
    items: Sequence[Any], handle: Callable[[Any], Any], sized: Sequence[Any] | None = None
) -> Run:
    """Make a run that handles one batch after another, and counts its pictures."""
    counts = [len(item["images"] if isinstance(item, Batch) else item) for item in sized or items]
    turns = cycle(zip(items, counts, strict=True))

    def run() -> int:
        item, count = next(turns)
        handle(item)
        return count

    return run


def _lookup(number: int, batch_size: int) -> Run:
    """Make a run that looks up targets among many pictures of two digits each."""
    digits = number * DIGITS_PER_PICTURE
    annotations = Annotations(
        file=Path("annotations"),
        image_ids=np.arange(1, number + 1),
        file_names=[f"{image_id}.png" for image_id in range(1, number + 1)],
        sizes=np.full((number, 2), 64),
        offsets=np.arange(0, digits + 1, DIGITS_PER_PICTURE),
        boxes=np.zeros((digits, 4), dtype=np.float32),
        labels=np.full(digits, digit_to_label(0)),
        iscrowd=np.zeros(digits, dtype=bool),
        annotation_ids=np.arange(digits),
        category_ids={},
    )
    pictures = AnnotatedPictures(annotations, Path(), cache="none")
    return _each(random_batches(number, batch_size), pictures.targets)
