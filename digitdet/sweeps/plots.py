"""Draws a sweep: its course, which keys matter, and what each key's values gave."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from digitdet.analysis.plots.canvas import (
    BLACK,
    BLUE,
    DPI,
    FONT_SIZE,
    GREY,
    ORANGE,
    SMALL_FONT_SIZE,
    make_figure,
    style_axes,
)
from digitdet.config_views.text import literal
from digitdet.figure_names import label_of
from digitdet.sweeps.dimension import Dimension
from digitdet.sweeps.results import FAILED, FINISHED, PRUNED, TrialResult, ranked
from digitdet.whole_files import whole_file

HISTORY, IMPORTANCE, SLICES = "history", "importance", "slices"
COLUMNS = 3  # of panels
LONGEST = 18  # letters of a value at an axis
SPREAD = 0.12  # by which points over one value of a list are set apart
# State -> marker, face, edge, name: told apart without colour.
LOOKS: Mapping[str, tuple[str, str, str, str]] = {
    FINISHED: ("o", BLUE, BLUE, "finished"),
    PRUNED: ("v", "none", ORANGE, "pruned: best until then"),
}


def draw_history(
    results: Sequence[TrialResult], metric: str, stem: Path, *, is_error: bool
) -> None:
    """Draw the value of each trial in their order, and the best so far.

    Args:
        results: Of all trials.
        metric: What the values are of.
        stem: Path of the files without their suffix.
        is_error: Whether a smaller value is the better one.
    """
    figure = make_figure(8, 4.6)
    axes = figure.subplots()
    style_axes(axes, "trials of the sweep", "trial", f"{label_of(metric)}, best epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)
    _draw_states(axes, results, lambda result: result.number)
    finished = [result for result in results if result.state == FINISHED]
    better = np.minimum if is_error else np.maximum
    if finished:
        numbers = [*(result.number for result in finished), len(results) - 1]
        so_far = better.accumulate([float(result.value or 0) for result in finished])
        axes.step(
            numbers, [*so_far, so_far[-1]], where="post", color=BLACK, linewidth=1.4,
            label="best so far", zorder=1,
        )  # fmt: skip
    failed = [result.number for result in results if result.state == FAILED]
    if failed:
        axes.plot(
            failed, [0.02] * len(failed), "x", color=BLACK, markersize=8, label="failed",
            transform=axes.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip
    _draw_best(axes, results, lambda result: result.number, is_error=is_error)
    axes.set_xlim(-0.5, max(len(results) - 0.5, 0.5))
    _draw_legend(figure, [axes])
    _save(figure, stem)


def draw_importance(shares: Mapping[str, float], metric: str, stem: Path) -> None:
    """Draw which share of the metric's variance each key explains.

    Args:
        shares: Key -> share, the largest first; empty where that can't be told.
        metric: What they are of.
        stem: Path of the files without their suffix.
    """
    figure = make_figure(8, 1.6 + 0.36 * max(len(shares), 2))
    axes = figure.subplots()
    title = "what the metric depends on, over the finished trials (fANOVA)"
    style_axes(axes, title, f"share of the variance of {label_of(metric)}", "")
    axes.set_xlim(0, 1.08)
    if not shares:
        axes.set_yticks([])
        _say(axes, "too few finished trials, or all of one value")
    places = range(len(shares))
    axes.barh(places, list(shares.values()), color=BLUE, height=0.6)
    for place, share in zip(places, shares.values(), strict=True):
        text = f"{100 * share:.0f} %" if share >= 0.01 else "<1 %"
        axes.text(share + 0.01, place, text, va="center", fontsize=SMALL_FONT_SIZE)
    axes.set_yticks(places, [_plain(key) for key in shares], fontsize=FONT_SIZE)
    axes.invert_yaxis()
    _save(figure, stem)


def draw_slices(
    results: Sequence[TrialResult],
    dimensions: Sequence[Dimension],
    metric: str,
    stem: Path,
    *,
    is_error: bool,
) -> None:
    """Draw the metric over the values of each key.

    Args:
        results: Of all trials.
        dimensions: The space.
        metric: What the values are of.
        stem: Path of the files without their suffix.
        is_error: Whether a smaller value is the better one.
    """
    columns = min(COLUMNS, len(dimensions))
    rows = math.ceil(len(dimensions) / columns)
    figure = make_figure(max(3.6 * columns, 6), 0.5 + 3.2 * rows)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes in panels.flat[len(dimensions) :]:
        axes.set_visible(False)
    for position, (axes, dimension) in enumerate(zip(panels.flat, dimensions, strict=False)):
        is_left = position % columns == 0
        style_axes(axes, "", _plain(dimension.key), label_of(metric) if is_left else "")
        axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)
        _draw_slice(axes, results, dimension, is_error=is_error)
    _draw_legend(figure, list(panels.flat[: len(dimensions)]))
    _save(figure, stem)


def _draw_slice(
    axes: Axes, results: Sequence[TrialResult], dimension: Dimension, *, is_error: bool
) -> None:
    if dimension.kind == "choice":
        labels = dimension.labels
        texts = [_plain(_shortened(_text(choice))) for choice in dimension.choices]
        axes.set_xticks(range(len(texts)), texts, rotation=30 if len("".join(texts)) > 28 else 0)
        axes.set_xlim(-0.5, len(texts) - 0.5)

        def place(result: TrialResult) -> float:
            # Set apart by their numbers, as many may have one value and one result.
            shift = SPREAD * ((result.number * 0.618) % 1 * 2 - 1)
            return labels.index(dimension.label(result.values[dimension.key])) + shift

    else:
        if dimension.log:
            axes.set_xscale("log")
        elif dimension.kind == "int":
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))

        def place(result: TrialResult) -> float:
            return float(result.values[dimension.key])

    _draw_states(axes, results, place)
    _draw_best(axes, results, place, is_error=is_error)


def _draw_states(axes: Axes, results: Sequence[TrialResult], place: Any) -> None:
    """Draw trials that have a value, by their state."""
    for state, (marker, face, edge, name) in LOOKS.items():
        shown = [result for result in results if result.state == state]
        shown = [result for result in shown if result.value is not None]
        if shown:
            axes.plot(
                [place(result) for result in shown], [result.value for result in shown], marker,
                markerfacecolor=face, markeredgecolor=edge, markersize=6, alpha=0.85, label=name,
            )  # fmt: skip


def _draw_best(axes: Axes, results: Sequence[TrialResult], place: Any, *, is_error: bool) -> None:
    top = ranked(results, is_error=is_error)
    if top:
        axes.plot(
            place(top[0]), top[0].value, "o", markersize=14, markerfacecolor="none",
            markeredgecolor=BLACK, markeredgewidth=1.4, label=f"best: trial {top[0].number}",
        )  # fmt: skip
    elif not any(r.value is not None for r in results if r.state in LOOKS):
        _say(axes, "no trial has a value")


def _draw_legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """Draw one legend above all panels."""
    found = {}
    for axes in panels:
        handles, names = axes.get_legend_handles_labels()
        found |= dict(zip(names, handles, strict=True))
    if found:
        figure.legend(
            found.values(), found.keys(), loc="outside upper center", ncols=len(found),
            fontsize=SMALL_FONT_SIZE, frameon=False,
        )  # fmt: skip


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else literal(value)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _plain(text: str) -> str:
    """Let matplotlib take no dollar sign for mathematics."""
    return text.replace("$", r"\$")


def _save(figure: Figure, stem: Path) -> None:
    """Write PNG and SVG; equal figures give equal bytes."""
    with mpl.rc_context({"svg.hashsalt": "digitdet"}):
        with whole_file(stem.with_name(f"{stem.name}.png")) as part:
            figure.savefig(part, dpi=DPI, format="png")
        with whole_file(stem.with_name(f"{stem.name}.svg")) as part:
            figure.savefig(part, format="svg", metadata={"Date": None})
