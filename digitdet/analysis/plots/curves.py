"""Draws precision, recall and F1."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitdet.analysis.curves import ALL_DIGITS, BestThreshold, DetectionCurves, ThresholdCurve
from digitdet.analysis.plots.canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SMALL_FONT_SIZE,
    make_figure,
    save_figure,
    show_shares,
    style_axes,
)
from digitdet.evaluation.coco.arrays import FloatArray
from digitdet.evaluation.coco.settings import RECALL_THRESHOLDS
from digitdet.labels import DIGITS

_COLUMNS = 5


def draw_curves(curves: DetectionCurves, file: Path) -> None:
    """Draw precision over recall, of all and each digit, and all over the score threshold.

    Args:
        curves: The curves, at an IoU of .5.
        file: PNG file to write.
    """
    figure = make_figure(11, 9)
    parts: Any = figure.subfigures(2, 1, height_ratios=(1, 1.05))
    above, below = parts
    left, right = above.subplots(1, 2)
    mean = curves.mean_precision
    _draw_mean(left, mean)
    _draw_thresholds(right, curves.by_threshold, curves.best[ALL_DIGITS])
    _draw_digits(below, list(curves.precision.values()), mean)
    save_figure(figure, file)


def _draw_mean(axes: Axes, mean: FloatArray) -> None:
    title = f"mean of the digits: {_average(mean)} (map_50)"
    style_axes(axes, title, "recall", "precision, IoU 0.5")
    show_shares(axes, x=True)
    if mean[0] > -1:
        axes.plot(RECALL_THRESHOLDS, mean, color=BLUE, linewidth=2)


def _draw_thresholds(axes: Axes, curve: ThresholdCurve, best: BestThreshold) -> None:
    title = "all digits together, by score threshold"
    style_axes(axes, title, "least score of a detection", "precision, recall, F1 at IoU 0.5")
    show_shares(axes, x=True)
    for values, name, color, line in (
        (curve.precision, "precision", ORANGE, "--"),
        (curve.recall, "recall", GREEN, "-."),
        (curve.f1, "F1", BLUE, "-"),
    ):
        # Between two scores, a threshold lets pass what the upper one does.
        axes.step(curve.thresholds, values, where="post", label=name, color=color, linestyle=line)
    if best.threshold > -1:
        text = f"best F1 {best.f1:.3f} at score {best.threshold:.3f}"
        axes.plot(best.threshold, best.f1, "o", color=BLACK, markersize=7, label=text)
        axes.axvline(best.threshold, color=GREY, linewidth=1, linestyle=":", zorder=0)
    axes.legend(fontsize=SMALL_FONT_SIZE, frameon=True, framealpha=0.9, loc="best")


def _draw_digits(figure: Figure, of_digits: Sequence[FloatArray], mean: FloatArray) -> None:
    rows = len(DIGITS) // _COLUMNS
    panels = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True)
    for position, (axes, precision) in enumerate(zip(panels.flat, of_digits, strict=True)):
        is_left, is_last = position % _COLUMNS == 0, position >= len(DIGITS) - _COLUMNS
        title = f"digit {DIGITS[position]}: {_average(precision)}"
        style_axes(axes, title, "recall" if is_last else "", "precision" if is_left else "")
        show_shares(axes, x=True)
        if mean[0] > -1:
            axes.plot(RECALL_THRESHOLDS, mean, color=GREY, linewidth=1, linestyle=":")
        if precision[0] > -1:
            axes.plot(RECALL_THRESHOLDS, precision, color=BLUE, linewidth=1.6)
    figure.supxlabel("dotted: mean of the digits", fontsize=SMALL_FONT_SIZE)


def _average(precision: FloatArray) -> str:
    return f"AP {precision.mean():.3f}" if precision[0] > -1 else "no truth"
