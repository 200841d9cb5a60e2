"""How fast photographs are read: loading, one at a time, in batches; and the memory it takes."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image
from rich.table import Table

from digitdet.benchmarks.reading_loops import ReadingPlan, read_singly, read_together
from digitdet.benchmarks.rounds import Loop, Measured, median_seconds, pair_ratios, run_rounds
from digitdet.benchmarks.startup import seconds_of
from digitdet.benchmarks.timing import median_ratio
from digitdet.console import console, track
from digitdet.datasets.sizes import read_size
from digitdet.datasets.synthetic_digits import SyntheticDigits
from digitdet.given_pictures import find_images
from digitdet.trained_models import load_trained

BARE, LOADED, FIRST = "bare imports", "reader loaded", "first reading"
IMPORTS = "import torch, torchvision"
SINGLY, TOGETHER = "singly", "together"
LOOPS: dict[str, Loop] = {SINGLY: read_singly, TOGETHER: read_together}
SEED = 0  # of the scenes
SLOW = 95  # per cent of the pictures take no longer than what is shown beside the median


def benchmark_reading(
    paths: Sequence[Path] = (),
    *,
    config: str | None = None,
    checkpoint: str | None = None,
    num_pictures: int = 64,
    repeats: int = 5,
) -> dict[str, Any]:
    """Measure how pictures are read from their files, and print it.

    Args:
        paths: Pictures and folders of pictures; none for rendered scenes, whose sizes are SVHN's.
        config: Config of one's own model; None for the one that its checkpoint carries.
        checkpoint: Its checkpoint; None for the weights that come with digitdet.
        num_pictures: How many of the pictures are read, spread over all of them.
        repeats: How often each way is measured, in turns with the others; one more turn of each is
            not counted.

    Returns:
        The figures, to be written as JSON.

    Raises:
        FileNotFoundError: If a path, the config or the checkpoint is missing.
        RuntimeError: If a process fails; its error is on the console.
        ValueError: If an argument, or what is loaded, is not as it has to be.
    """
    for name, value in (("num_pictures", num_pictures), ("repeats", repeats)):
        if value < 1:
            raise ValueError(f"{name} has to be at least 1, got {value}")
    load_trained(config, checkpoint)  # what is wrong with it is told once, not by each process
    with _pictures(paths, num_pictures) as files:
        plan = ReadingPlan(config=config, checkpoint=checkpoint, files=files)
        starts = _time_starts(plan, repeats)
        loops = {name: (loop, range(repeats)) for name, loop in LOOPS.items()}
        measured = run_rounds(loops, plan, repeats)
        sizes = [read_size(file) for file in files]
    figures: dict[str, Any] = {
        "pictures": len(files),
        "median_size": [median(each) for each in zip(*sizes, strict=True)],
        "repeats": repeats,
        "starts": _start_figures(starts),
        **{name: _loop_figures(one, len(files)) for name, one in measured.items()},
        "times_as_fast_together": _ratio(measured),
    }
    for table in (_starts_table(figures["starts"]), _loops_table(figures)):
        console.print(table)
    console.print(_summary(figures))
    return figures


@contextmanager
def _pictures(paths: Sequence[Path], count: int) -> Iterator[list[Path]]:
    """Give files of pictures; those of rendered scenes are there while this is entered."""
    found = find_images(paths)
    if paths:
        chosen = np.linspace(0, len(found) - 1, min(count, len(found))).round().astype(int)
        yield [found[position].absolute() for position in chosen]
        return
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number}.png") for number in range(count)]
        scenes = SyntheticDigits(count, seed=SEED)
        for number, file in enumerate(files):
            image, _ = scenes[number]
            Image.fromarray(image.permute(1, 2, 0).numpy()).save(file)
        yield files


def _time_starts(plan: ReadingPlan, repeats: int) -> dict[str, list[float]]:
    """Return the seconds of processes, each in turn; what is started first is not counted."""
    made = "from digitdet import DigitReader\n"
    made += f"reader = DigitReader({plan['config']!r}, {plan['checkpoint']!r})\n"
    programs = {BARE: IMPORTS, LOADED: made, FIRST: f"{made}reader({str(plan['files'][0])!r})"}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in track(range(1 + repeats), "starting"):
        for name, program in programs.items():
            seconds[name].append(seconds_of([sys.executable, "-c", program]))
    return {name: each[1:] for name, each in seconds.items()}


def _start_figures(seconds: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    bare = seconds[BARE]
    return {
        name: {
            "seconds": list(each),
            "median_seconds": median(each),
            "seconds_beyond_imports": median(a - b for a, b in zip(each, bare, strict=True)),
            "times_the_imports": median_ratio(each, bare),
        }
        for name, each in seconds.items()
    }


def _loop_figures(measured: Measured, num_pictures: int) -> dict[str, Any]:
    """Return the figures of a loop; of one whose memory did not suffice, what it said."""
    facts = dict(measured.facts)
    milliseconds = facts.pop("milliseconds", [])
    if not measured.seconds:
        return facts
    seconds = median_seconds(measured)
    figures = {
        **facts,
        "seconds": list(measured.seconds.values()),
        "ms_per_picture": 1000 * seconds / num_pictures,
        "pictures_per_second": num_pictures / seconds,
    }
    if milliseconds:
        slow = float(np.percentile(milliseconds, SLOW))
        figures |= {"median_ms": median(milliseconds), f"ms_of_{SLOW}_percent": slow}
    return figures


def _ratio(measured: Mapping[str, Measured]) -> float | None:
    """Return how many times as fast pictures are read together, the median of the rounds."""
    ratios = pair_ratios(measured[SINGLY], measured[TOGETHER])
    return median(ratios) if ratios else None


def _starts_table(starts: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table(title="seconds of a process", title_justify="left")
    for name in ("until", "median", "least", "beyond the imports"):
        table.add_column(name, justify="left" if name == "until" else "right")
    for name, of in starts.items():
        beyond = "" if name == BARE else f"{of['seconds_beyond_imports']:.2f}"
        table.add_row(name, f"{of['median_seconds']:.2f}", f"{min(of['seconds']):.2f}", beyond)
    return table


def _loops_table(figures: Mapping[str, Any]) -> Table:
    height, width = figures["median_size"]
    title = f"{figures['pictures']} pictures of {height:g}x{width:g} pixels, the median"
    table = Table(title=title, title_justify="left")
    table.add_column("read")
    for name in ("ms each", "median", f"{SLOW} %", "a second", "MB loaded", "MB at most"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in LOOPS:
        of = figures[name]
        if "failure" in of:
            table.add_row(name, "no memory")
            continue
        single = [of.get(key) for key in ("median_ms", f"ms_of_{SLOW}_percent")]
        table.add_row(
            name,
            f"{of['ms_per_picture']:.1f}",
            *("" if value is None else f"{value:.1f}" for value in single),
            f"{of['pictures_per_second']:.1f}",
            *(f"{of[key] / 1e6:,.0f}" for key in ("bytes_loaded", "peak_bytes")),
        )
    return table


def _summary(figures: Mapping[str, Any]) -> str:
    ratio = figures["times_as_fast_together"]
    faster = "" if ratio is None else f"together {ratio:.2f} times as fast; "
    return f"{faster}MB are those of the process, on CUDA of the device"
