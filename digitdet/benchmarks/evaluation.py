"""How fast boxes are evaluated, beside torchmetrics and pycocotools."""

from collections.abc import Mapping, Sequence
from statistics import median

from rich.table import Table

from digitdet.benchmarks.evaluation_data import draw_results
from digitdet.benchmarks.evaluation_paths import (
    OURS,
    TORCHMETRICS,
    check_agreement,
    evaluation_runs,
)
from digitdet.benchmarks.synchronisation import NUM_PROCESSES, synchronisation_seconds
from digitdet.benchmarks.timing import alternate, median_ratio
from digitdet.console import console
from digitdet.threads import one_thread


def benchmark_evaluation(
    *, num_pictures: int = 3340, num_detections: int = 6, repeats: int = 3
) -> dict[str, float]:
    """Measure evaluation and the synchronisation of two processes, and print them.

    Args:
        num_pictures: Pictures at SVHN's statistics; the homework's validation part has 3,340.
        num_detections: Detections in each.
        repeats: How often each figure is measured, in turns; medians are given.

    Returns:
        Seconds of each, and ratios: how many times faster digitdet is than torchmetrics.

    Raises:
        RuntimeError: If the figures of digitdet and torchmetrics differ.
        ValueError: If a number is not as it has to be.
    """
    for name, value, least in (
        ("num_pictures", num_pictures, NUM_PROCESSES),
        ("num_detections", num_detections, 1),
        ("repeats", repeats, 1),
    ):
        if value < least:
            raise ValueError(f"{name} has to be at least {least}, got {value}")
    console.print(f"{num_pictures} pictures of {num_detections} detections, {repeats} turns")
    evaluation = _evaluation_seconds(num_pictures, num_detections, repeats)
    console.print(_table("evaluation, of one process", evaluation))
    together = synchronisation_seconds(num_pictures, num_detections, repeats)
    console.print(_table(f"synchronisation of {NUM_PROCESSES} processes (gloo)", together))
    return _flat("evaluation", evaluation) | _flat("synchronisation", together)


def _evaluation_seconds(
    num_pictures: int, num_detections: int, repeats: int
) -> dict[str, list[float]]:
    results = draw_results(num_pictures, num_detections)
    figures: dict[str, dict[str, float]] = {}
    with one_thread():
        rates = alternate(evaluation_runs(results, figures), repeats)
    difference = check_agreement(figures)
    console.print(f"the figures agree: none differs by more than {difference:.1e}")
    return {name: [num_pictures / rate for rate in of_name] for name, of_name in rates.items()}


def _ratio(seconds: Mapping[str, Sequence[float]], name: str) -> float:
    return median_ratio(seconds[TORCHMETRICS], seconds[name])


def _table(title: str, seconds: Mapping[str, Sequence[float]]) -> Table:
    table = Table(title=f"{title}, seconds", title_justify="left")
    table.add_column("")
    for column in ("median", "fastest", "slowest", "times faster than torchmetrics"):
        table.add_column(column, justify="right")
    for name, turns in seconds.items():
        figures = (f"{value:.3f}" for value in (median(turns), min(turns), max(turns)))
        table.add_row(name, *figures, f"{_ratio(seconds, name):.1f}")
    return table


def _flat(what: str, seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    figures = {f"{what}, {name}, seconds": median(turns) for name, turns in seconds.items()}
    return {**figures, f"{what}, ratio": _ratio(seconds, OURS)}
