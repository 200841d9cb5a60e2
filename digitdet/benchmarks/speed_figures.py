"""The figures of loops that ran side by side, and their table."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from rich.table import Table

from digitdet.benchmarks.rounds import Measured, median_seconds, pair_ratios

COLUMNS = {
    "images_per_second": "images a second",
    "ratio": "times the first",
    "gflop_per_image": "GFLOP an image",
    "fraction_of_peak": "of peak",
    "kept_mb_per_image": "MB kept an image",
    "peak_mb": "MB at most",
    "launches": "kernels",
    "synchronisations": "waits",
}
KEPT = ("threads", "parameters", "detections", "launches", "synchronisations")


def loop_figures(
    measured: Mapping[str, Measured], batch_size: int, peak: float
) -> dict[str, dict[str, Any]]:
    """Return the figures of loops.

    Args:
        measured: Name -> what was measured; the first is what the others are compared with.
        batch_size: Pictures of a step.
        peak: Operations a second that the device can do.

    Returns:
        Name -> figures by name. A loop without a measured turn has its ``failure`` alone.
    """
    first = next(iter(measured.values()))
    figures: dict[str, dict[str, Any]] = {}
    for name, one in measured.items():
        if not one.seconds:
            figures[name] = {"failure": one.facts.get("failure", "had no turn")}
            continue
        seconds = median_seconds(one)
        rate = one.facts["flop"] / seconds
        ratios = pair_ratios(one, first)
        figures[name] = {
            "images_per_second": batch_size / seconds,
            "ms_per_image": seconds / batch_size * 1e3,
            "gflop_per_image": one.facts["flop"] / batch_size / 1e9,
            "gflop_per_second": rate / 1e9,
            "fraction_of_peak": rate / peak,
            "ratio": median(ratios) if ratios else None,
            "ratios": ratios,
            "seconds": list(one.seconds.values()),
            **_memory(one.facts, batch_size),
            **{key: one.facts[key] for key in KEPT if key in one.facts},
        }
    return figures


def _memory(facts: Mapping[str, Any], batch_size: int) -> dict[str, float]:
    memory = {"peak_mb": facts["peak_bytes"] / 1e6}
    if "saved_bytes" in facts:
        memory["kept_mb_per_image"] = facts["saved_bytes"] / batch_size / 1e6
    return memory


def speed_table(title: str, figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """Make a table of loops; columns that no loop has a figure for are left out."""
    shown = [key for key in COLUMNS if any(of.get(key) is not None for of in figures.values())]
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for key in shown:
        table.add_column(COLUMNS[key], justify="right")
    for name, of_loop in figures.items():
        cells = [_cell(of_loop.get(key)) for key in shown]
        table.add_row(name, *([str(of_loop["failure"])] if "failure" in of_loop else cells))
    return table


def _cell(figure: float | None) -> str:
    """Write a figure with three digits that count, or all of its whole part."""
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:#.3g}"
