"""Draws how well confidences foretell what is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from digitdet.analysis.calibration import CoverageCurve, NumberCalibration, Reliability
from digitdet.analysis.plots.canvas import (
    BLUE,
    GREY,
    ORANGE,
    SMALL_FONT_SIZE,
    make_figure,
    save_figure,
    show_shares,
    style_axes,
)


def draw_calibration(digits: Reliability, numbers: NumberCalibration, file: Path) -> None:
    """Draw accuracy over confidence, of digits and numbers, and over the coverage.

    Args:
        digits: Of the detections' scores.
        numbers: Of the numbers' confidences.
        file: PNG file to write.
    """
    panels = [
        _Panel(digits, "digits", "score of a detection", "detections"),
        _Panel(numbers.reliability, "numbers", "confidence of a number", "numbers read"),
    ]
    _draw(panels, numbers.coverage, file)


def draw_confidence(before: Reliability, after: NumberCalibration, file: Path) -> None:
    """Draw accuracy over the confidence of numbers before and after, and over the coverage.

    Args:
        before: Of the product of the digits' scores.
        after: Of the calibrated confidences.
        file: PNG file to write.
    """
    panels = [
        _Panel(before, "before", "product of the digits' scores", "numbers read"),
        _Panel(after.reliability, "calibrated", "confidence of a number", "numbers read"),
    ]
    _draw(panels, after.coverage, file)


@dataclass(frozen=True)
class _Panel:
    """A reliability, with the words for what it is of."""

    found: Reliability
    title: str
    confidence: str
    unit: str


def _draw(panels: Sequence[_Panel], coverage: CoverageCurve, file: Path) -> None:
    figure = make_figure(14, 5)
    grid = figure.add_gridspec(2, 3, height_ratios=(3, 1))
    for column, panel in enumerate(panels):
        upper, lower = (figure.add_subplot(grid[row, column]) for row in (0, 1))
        title = f"{panel.title}: calibration error {_error(panel.found)}"
        _draw_reliability(upper, panel.found, title)
        _draw_counts(lower, panel.found, panel.confidence, panel.unit)
    _draw_coverage(figure.add_subplot(grid[:, 2]), coverage)
    save_figure(figure, file)


def _error(found: Reliability) -> str:
    return f"(ECE) {found.error:.3f}" if found.error > -1 else "-, nothing found"


def _draw_reliability(axes: Axes, found: Reliability, title: str) -> None:
    style_axes(axes, title, "", "share that is right")
    show_shares(axes, x=True)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="perfect")
    filled = found.counts > 0
    x, y = found.confidence[filled], found.accuracy[filled]
    axes.plot(x, y, "o-", color=BLUE, linewidth=1.6, markersize=5, label="measured")
    axes.legend(fontsize=SMALL_FONT_SIZE, frameon=False, loc="upper left")


def _draw_counts(axes: Axes, found: Reliability, confidence: str, unit: str) -> None:
    style_axes(axes, "", confidence, unit)
    show_shares(axes, x=True, y=False)
    axes.stairs(found.counts, found.edges, fill=True, color=BLUE, alpha=0.6)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True, min_n_ticks=1))
    axes.set_ylim(bottom=0, top=max(1, 1.05 * int(found.counts.max())))


def _draw_coverage(axes: Axes, curve: CoverageCurve) -> None:
    title = "numbers answered, the surest first"
    style_axes(axes, title, "coverage: share of pictures answered", "accuracy of the answers")
    show_shares(axes, x=True)
    axes.plot(curve.coverage, curve.accuracy, color=BLUE, linewidth=1.6, drawstyle="steps-pre")
    axes.axhline(
        curve.percent / 100, color=GREY, linewidth=1, linestyle="--", label=f"{curve.percent} %"
    )
    if curve.best > 0:
        accuracy = curve.accuracy[curve.coverage == curve.best]
        share = f"{100 * curve.best:.1f} % of pictures"
        text = f"{share}, from confidence {curve.best_confidence:.3f}"
        axes.plot(curve.best, accuracy, "o", color=ORANGE, markersize=7, label=text)
        axes.axvline(curve.best, color=ORANGE, linewidth=1, linestyle=":", zorder=0)
    axes.legend(fontsize=SMALL_FONT_SIZE, frameon=True, framealpha=0.9, loc="lower left")
