"""How fast a config's pictures are loaded, and how much of a batch is padding."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from mmengine.dataset import DefaultSampler
from rich.table import Table

from digitdet import config as configs
from digitdet.benchmarks.data_loaders import loader_rates
from digitdet.benchmarks.data_stages import stage_rates
from digitdet.benchmarks.padding import padded_over_real, resized_sizes
from digitdet.benchmarks.timing import median_ratio
from digitdet.console import console
from digitdet.datasets.aspect_ratio_batch_sampler import AspectRatioBatchSampler
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.synthetic_layout import write_layout
from digitdet.registry import DATASETS
from digitdet.threads import one_thread

NUM_SYNTHETIC = 256
BATCH_SIZES = (8, 16)


def benchmark_data(
    config_file: str | Path, *, options: Sequence[str] = (), repeats: int = 7, seconds: float = 0.2
) -> dict[str, float]:
    """Measure the loading of a config's training pictures, and print it.

    Where the config's training data are not pictures in files, or are not there, scenes at SVHN's
    sizes are written to a temporary folder and loaded instead.

    Args:
        config_file: The config.
        options: Overrides, ``KEY=VALUE``.
        repeats: How often each figure is measured, in turns; medians are given.
        seconds: How long a stage is repeated for one measurement.

    Returns:
        The figures: images a second by stage and loader, ratios, and padded over real pixels.

    Raises:
        FileNotFoundError: If there is no such config.
        ValueError: If the config or a number is not as it has to be.
    """
    if repeats < 1:
        raise ValueError(f"repeats has to be at least 1, got {repeats}")
    config = configs.load(config_file, options)
    loader = config.train_dataloader
    with one_thread(), _data(find_pictures(loader.dataset)) as data:
        cached = _build(data, transforms=[], cache="ram")
        changed = _build(data) if data.get("transforms") else None
        console.print(
            f"{len(cached)} pictures of {cached.image_dir}, batches of {loader.batch_size}, "
            f"{repeats} turns"
        )
        stages = stage_rates(cached, changed, loader.batch_size, repeats, seconds)
        console.print(_stage_table(stages))
        loaders = loader_rates(cached, loader.batch_size, repeats)
        console.print(_loader_table(loaders))
        sides = config.model.get("min_size", 800), config.model.get("max_size", 1333)
        padding = _padding(cached, *sides)
        console.print(_padding_table(padding, sides))
    return _flat(stages) | _flat(loaders) | padding


def find_pictures(dataset: Any) -> dict[str, Any] | None:
    """Return the first config of a data set of annotated pictures, within wrappers too."""
    for part in _nested(dataset):
        if {"image_dir", "ann_file"} <= set(part):
            return dict(part)
    return None


@contextlib.contextmanager
def _data(found: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Give the config of a data set that can be built; synthetic scenes if need be."""
    reason = "the training data are no pictures with annotations"
    if found:
        try:
            _build(found)
        except FileNotFoundError as error:
            reason = str(error).split(". ")[0]
        else:
            yield found
            return
    console.print(f"{reason}; {NUM_SYNTHETIC} scenes at SVHN's sizes are measured instead")
    with tempfile.TemporaryDirectory() as folder:
        write_layout(Path(folder), num_train=NUM_SYNTHETIC, num_valid=1, num_test=1, seed=0)
        scenes = {"type": "CocoDigits", "image_dir": "train", "ann_file": "train.json"}
        transforms = (found or {}).get("transforms", [])
        yield {**scenes, "data_root": folder, "transforms": transforms}


def _nested(part: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each dict within nested dicts and lists."""
    if isinstance(part, Mapping):
        yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for item in part:
            yield from _nested(item)


def _build(data: Mapping[str, Any], **changes: Any) -> CocoDigits:
    dataset = DATASETS.build({**data, **changes})
    if not isinstance(dataset, CocoDigits):
        raise ValueError(
            f"{type(dataset).__name__} can't be measured by stages; derive it from CocoDigits"
        )
    return dataset


def _padding(dataset: CocoDigits, min_size: int, max_size: int) -> dict[str, float]:
    resized = resized_sizes(dataset.sizes, min_size, max_size)
    figures = {}
    for size in BATCH_SIZES:
        sampler = DefaultSampler(dataset, shuffle=True, seed=0)
        order = list(sampler)
        random = [order[i : i + size] for i in range(0, len(order), size)]
        figures[f"padded, random batches of {size}"] = padded_over_real(resized, random)
        like = AspectRatioBatchSampler(sampler, size)
        figures[f"padded, like shapes, batches of {size}"] = padded_over_real(resized, like)
    return figures


def _stage_table(stages: Mapping[str, Sequence[float]]) -> Table:
    table = _table("stages, images per second of CPU time", "stage", "median", "slowest", "fastest")
    for name, rates in stages.items():
        table.add_row(name, *(f"{value:,.0f}" for value in (median(rates), min(rates), max(rates))))
    return table


def _loader_table(loaders: Mapping[str, Sequence[float]]) -> Table:
    table = _table(
        "whole loader, cache full, images per second (in process: of CPU time)",
        "loader",
        "median",
        "over the plain one",
    )
    for name, rates in loaders.items():
        plain = loaders[f"plain, {name.split(', ')[1]}"]
        ratio = "" if rates is plain else f"{median_ratio(rates, plain):.1f} x"
        table.add_row(name, f"{median(rates):,.0f}", ratio)
    return table


def _padding_table(padding: Mapping[str, float], sides: tuple[int, int]) -> Table:
    table = _table(f"padded / real pixels at {sides[0]}/{sides[1]}", "batches", "ratio")
    for name, ratio in padding.items():
        table.add_row(name, f"{ratio:.3f}")
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _flat(rates: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {name: median(values) for name, values in rates.items()}
