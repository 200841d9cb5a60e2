"""The charts of a run."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitdet.analysis.charts.chart import Chart, FloatArray, Line
from digitdet.analysis.runs import IntArray, Run
from digitdet.analysis.runs.run import USUAL_METRIC
from digitdet.figure_names import label_of
from digitdet.labels import DIGITS

EPOCH, STEP = "epoch", "training step"
NUMBER_ACCURACY = "number_accuracy"
_RATE = re.compile(r"train/(.*\.)?lr(\.\d+)?")
# Name of a chart, its title and vertical axis, and the figures that are its lines.
_BY_STRATUM = (
    ("number_accuracy_length", "number accuracy by the number's length", "number accuracy"),
    (
        "number_accuracy_height",
        "number accuracy by digit height in pixels",
        "number accuracy",
    ),
    ("map_height", "mAP by digit height in pixels", "mAP, IoU .50:.95"),
)


def main_figures(run: Run) -> list[str]:
    """Return the figures that matter most: the run's metric, mAP, and number accuracy."""
    return list(dict.fromkeys((run.metric, USUAL_METRIC, NUMBER_ACCURACY)))


def main_charts(run: Run) -> list[Chart]:
    """Return the charts that are pictures, too: loss and the `main_figures`.

    A chart without any value is left out, here as below.
    """
    loss = Chart("loss", "training loss, mean of each epoch", EPOCH, "training loss")
    charts = [replace(loss, lines=_lines([("training loss", *run.epoch_loss)]))]
    charts += [_metric_chart(run, name) for name in main_figures(run)]
    return _with_values(charts)


def step_charts(run: Run) -> list[Chart]:
    """Return the charts of what is logged at each step: losses, rates and the rest."""
    names = [name for name in run.series if name.startswith("train/")]
    rates = [name for name in names if _RATE.fullmatch(name)]
    losses = [name for name in names if "loss" in name.lower()]
    others = [name for name in names if name not in (*rates, *losses)]
    return [
        *_step_chart(run, "train_loss", "losses of each step", "training loss", losses),
        *_step_chart(run, "lr", "learning rate", "learning rate", rates),
        *(
            chart
            for name in others
            for chart in _step_chart(run, _stem(name), _short(name), _short(name), [name])
        ),
    ]


def figure_charts(run: Run) -> list[Chart]:
    """Return the charts of parts of the validation: of each digit, length and height."""
    digits = [(f"digit {digit}", f"ap_{digit}") for digit in DIGITS]
    charts = [_figures_chart(run, "ap", "average precision of each digit", "AP", digits)]
    for stem, title, label in _BY_STRATUM:
        found = [name.removeprefix("val/") for name in run.series if name.startswith(f"val/{stem}")]
        named = [(_words(name.removeprefix(f"{stem}_")), name) for name in found]
        charts.append(_figures_chart(run, stem, title, label, named))
    return _with_values(charts)


def time_chart(run: Run) -> list[Chart]:
    """Return the chart of how long epochs took; none where nothing tells it."""
    epochs = run.record.epochs if run.record else ()
    numbers = np.array([one.epoch for one in epochs], dtype=np.int64)
    times = {
        "training": [one.seconds for one in epochs],
        "validation": [one.validation_seconds for one in epochs],
    }
    parts = [
        (name, numbers, np.array([np.nan if one is None else one for one in values], dtype=float))
        for name, values in times.items()
    ]
    return _with_values([Chart("seconds", "time of each epoch", EPOCH, "seconds", _lines(parts))])


def _metric_chart(run: Run, metric: str) -> Chart:
    label = label_of(metric)
    lines = _lines([(label, *run.per_epoch(f"val/{metric}"))])
    if best := run.best_of(metric):
        marked = int(np.flatnonzero(lines[0].x == best.epoch)[0])
        lines = [replace(lines[0], marked=marked)]
    return Chart(metric.replace("/", "_"), f"validation: {label}", EPOCH, label, lines)


def _step_chart(run: Run, stem: str, title: str, label: str, names: Sequence[str]) -> list[Chart]:
    parts = [(_short(name), run.series[name].steps, run.series[name].values) for name in names]
    return _with_values([Chart(stem, title, STEP, label, _lines(parts), has_points=False)])


def _figures_chart(
    run: Run, stem: str, title: str, label: str, named: Sequence[tuple[str, str]]
) -> Chart:
    parts = [(words, *run.per_epoch(f"val/{name}")) for words, name in named]
    return Chart(stem, title, EPOCH, label, _lines(parts))


def _lines(parts: Sequence[tuple[str, IntArray, FloatArray]]) -> list[Line]:
    """Make lines of those parts that have values, each with the style of its place."""
    return [
        Line(name, places.astype(np.float64), values, style)
        for style, (name, places, values) in enumerate(parts)
        if np.isfinite(values).any()
    ]


def _with_values(charts: Sequence[Chart]) -> list[Chart]:
    return [chart for chart in charts if chart.lines]


def _short(name: str) -> str:
    return name.removeprefix("train/")


def _stem(name: str) -> str:
    return name.replace("/", "_")


def _words(stratum: str) -> str:
    """``24_48`` -> ``24 to 48``, ``5_up`` -> ``5 and more``."""
    return stratum.replace("_up", " and more").replace("_", " to ")
