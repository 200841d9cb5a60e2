"""Draws a sweep: its course, which keys matter, and what each key's values gave."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from digitdet.analysis.plots.canvas import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREY,
    SMALL_FONT_SIZE,
    make_figure,
    style_axes,
)
from digitdet.config_views.text import literal
from digitdet.figure_names import label_of
from digitdet.sweeps.dimension import Dimension
from digitdet.sweeps.marks import draw_best, draw_legend, draw_states, plain, save, say
from digitdet.sweeps.results import FAILED, FINISHED, TrialResult

HISTORY, IMPORTANCE, SLICES = "history", "importance", "slices"
COLUMNS = 3  # of panels
LONGEST = 18  # letters of a value at an axis
SIDE = 0.05  # of a range, beside it
SPREAD = 0.12  # by which points over one value of a list are set apart


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
    draw_states(axes, results, lambda result: result.number)
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
    draw_best(axes, results, lambda result: result.number, is_error=is_error)
    axes.set_xlim(-0.5, max(len(results) - 0.5, 0.5))
    draw_legend(figure, [axes])
    save(figure, stem)


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
        say(axes, "too few finished trials, or all of one value")
    places = range(len(shares))
    axes.barh(places, list(shares.values()), color=BLUE, height=0.6)
    for place, share in zip(places, shares.values(), strict=True):
        text = f"{100 * share:.0f} %" if share >= 0.01 else "<1 %"
        axes.text(share + 0.01, place, text, va="center", fontsize=SMALL_FONT_SIZE)
    axes.set_yticks(places, [plain(key) for key in shares], fontsize=FONT_SIZE)
    axes.set_ylim(max(len(shares), 2) - 0.5, -0.5)
    save(figure, stem)


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
    columns = 2 if len(dimensions) == 4 else min(COLUMNS, len(dimensions))
    rows = math.ceil(len(dimensions) / columns)
    figure = make_figure(max(3.6 * columns, 6), 0.5 + 3.2 * rows)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes in panels.flat[len(dimensions) :]:
        axes.set_visible(False)
    for position, (axes, dimension) in enumerate(zip(panels.flat, dimensions, strict=False)):
        is_left = position % columns == 0
        style_axes(axes, "", plain(dimension.key), label_of(metric) if is_left else "")
        axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)
        _draw_slice(axes, results, dimension, is_error=is_error)
    draw_legend(figure, list(panels.flat[: len(dimensions)]))
    save(figure, stem)


def _draw_slice(
    axes: Axes, results: Sequence[TrialResult], dimension: Dimension, *, is_error: bool
) -> None:
    if dimension.kind == "choice":
        labels = dimension.labels
        texts = [plain(_shortened(_text(choice))) for choice in dimension.choices]
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
        axes.set_xlim(*_widened(dimension))

        def place(result: TrialResult) -> float:
            return float(result.values[dimension.key])

    draw_states(axes, results, place)
    draw_best(axes, results, place, is_error=is_error)


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value else literal(value)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _widened(dimension: Dimension) -> tuple[float, float]:
    """Return the ends of a range, and somewhat more, so that marks at them are whole."""
    low, high = float(dimension.low), float(dimension.high)
    if dimension.log:
        factor = (high / low) ** SIDE
        return low / factor, high * factor
    return low - SIDE * (high - low), high + SIDE * (high - low)
