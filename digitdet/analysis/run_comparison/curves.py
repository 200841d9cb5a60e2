"""Curves of runs over each other, as charts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from digitdet.analysis.charts.chart import Chart, FloatArray, Line
from digitdet.analysis.run_comparison.groups import Group
from digitdet.analysis.runs import IntArray, Run
from digitdet.figure_names import is_error, label_of

LOSS, TRAIN_LOSS = "loss", "train_loss"
EPOCH, STEP = "epoch", "training step"
SMOOTHED_POINTS = 400  # of a smoothed line; a picture shows no more
WINDOWS = 50  # a smoothed line's values are means of this part of it
BAND = ": mean, min to max"
Values = tuple[IntArray, FloatArray]


@dataclass(frozen=True)
class Curves:
    """What is drawn, and what there is to say of it.

    Attributes:
        charts: In order.
        notes: Lines that are missing or end early, each a sentence.
    """

    charts: Sequence[Chart]
    notes: Sequence[str]


def make_curves(groups: Sequence[Group], metrics: Sequence[str]) -> Curves:
    """Make the charts of a comparison: losses of epochs and of steps, and a figure each.

    A line is missing where none of its runs has a value, a chart where all lines are.

    Args:
        groups: Each a line in all charts, in this order, with the style of its place.
        metrics: Figures of the validation.
    """
    loss = Chart(LOSS, "training loss, mean of each epoch", EPOCH, "training loss")
    of_steps = "training loss of each step"
    steps = Chart(TRAIN_LOSS, of_steps, STEP, "training loss", has_points=False)
    made = [
        _fill(loss, groups, lambda run: run.epoch_loss),
        _fill(steps, groups, _step_losses),
        *(_metric_chart(metric, groups) for metric in metrics),
    ]
    charts = [chart for chart, _ in made if chart.lines]
    places: dict[str, list[str]] = {}
    for chart, notes in made:
        for note in notes:
            places.setdefault(note, []).append(chart.name)
    return Curves(charts, [f"{', '.join(names)}: {note}" for note, names in places.items()])


def smoothed(chart: Chart) -> Chart:
    """Return a chart of many steps with running means in place of its values.

    Each is the mean of a fiftieth of its line, centred; nearer to the ends, of what there is.
    """
    lines = [_smoothed_line(line) for line in chart.lines]
    title = f"{chart.title}: running mean over 1/{WINDOWS} of the run"
    return replace(chart, title=title, lines=lines)


def _metric_chart(metric: str, groups: Sequence[Group]) -> tuple[Chart, list[str]]:
    label = label_of(metric)
    chart = Chart(metric.replace("/", "_"), f"validation: {label}", EPOCH, label)
    filled, notes = _fill(chart, groups, lambda run: run.per_epoch(f"val/{metric}"))
    lines = [
        _marked(line, metric) if len(groups[line.style].runs) == 1 else line
        for line in filled.lines
    ]
    return replace(filled, lines=lines), notes


def _marked(line: Line, metric: str) -> Line:
    """Mark the best epoch; a line of one run has a value."""
    best = np.nanargmin(line.y) if is_error(metric) else np.nanargmax(line.y)
    return replace(line, marked=int(best))


def _step_losses(run: Run) -> Values:
    series = run.series.get("train/loss")
    return (series.steps, series.values) if series else (np.zeros(0, np.int64), np.zeros(0))


def _fill(
    chart: Chart, groups: Sequence[Group], values_of: Callable[[Run], Values]
) -> tuple[Chart, list[str]]:
    """Give a chart the lines of those groups that have values, and tell of the others."""
    lines, notes = [], []
    for style, group in enumerate(groups):
        known, empty = [], []
        for run in group.runs:
            values = values_of(run)
            if np.isfinite(values[1]).any():
                known.append(values)
            else:
                empty.append(run.folder.name)
        if not known:
            notes.append(f"{group.label} has no values.")
            continue
        line, is_cut = _to_line(group.label, style, known)
        if not len(line.x):
            notes.append(f"{group.label} has no {chart.x_label} that its runs share.")
            continue
        lines.append(line)
        if empty:
            notes.append(f"{group.label} is without {', '.join(empty)}: no values.")
        if is_cut:
            notes.append(
                f"{group.label} ends at {chart.x_label} {line.x[-1]:.0f}, "
                "the last that all of its runs have."
            )
    return replace(chart, lines=lines), notes


def _to_line(name: str, style: int, runs: Sequence[Values]) -> tuple[Line, bool]:
    """Make a line of a run, or the mean of several with a band from the lowest to the highest.

    Returns:
        The line, at those places that all runs have; and whether runs go on after its end.
    """
    if len(runs) == 1:
        places, values = runs[0]
        return Line(name, places.astype(np.float64), values, style), False
    common = reduce(np.intersect1d, [places for places, _ in runs])
    table = np.stack([values[np.searchsorted(places, common)] for places, values in runs])
    last = max(int(places[-1]) for places, _ in runs)
    line = Line(
        name + BAND,
        common.astype(np.float64),
        table.mean(axis=0),
        style,
        low=table.min(axis=0),
        high=table.max(axis=0),
    )
    return line, len(common) > 0 and int(common[-1]) < last


def _smoothed_line(line: Line) -> Line:
    window = max(1, len(line.x) // WINDOWS)
    if window == 1:
        return line
    shown = np.unique(np.linspace(0, len(line.x) - 1, SMOOTHED_POINTS).astype(int))
    means = {
        name: _running_mean(values, window)[shown]
        for name in ("y", "low", "high")
        if (values := getattr(line, name)) is not None
    }
    return replace(line, x=line.x[shown], marked=None, **means)


def _running_mean(values: FloatArray, window: int) -> FloatArray:
    """Return means of the values around each, of fewer of them near the ends."""
    known = np.isfinite(values)
    ones = np.ones(window)
    counts = np.convolve(known, ones, mode="same")
    sums = np.convolve(np.where(known, values, 0.0), ones, mode="same")
    return np.where(counts > 0.5, sums / np.maximum(counts, 1), np.nan)
