"""Draws charts of lines as pictures for reports."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

from digitdet.analysis.charts.chart import Chart, Line
from digitdet.analysis.charts.styles import style
from digitdet.analysis.plots.canvas import (
    DPI,
    FONT_SIZE,
    GREY,
    SMALL_FONT_SIZE,
    make_figure,
    style_axes,
)
from digitdet.whole_files import whole_file

WIDTH, HEIGHT, LINE_HEIGHT = 8.0, 4.6, 0.2  # inches; the last of a name in the legend
MOST_INSIDE = 4  # names in the legend, above which it stands beside the axes
MOST_NAME = 44  # letters
MOST_TICKS = 20  # epochs, up to which each has its tick
NUM_MARKERS = 10  # on a line that has no mark at each value
# Equal charts give equal bytes: no date, and names of parts that are no random ones.
SVG_SALT = "digitdet"


def draw_chart(chart: Chart, stem: Path) -> None:
    """Write a chart as PNG and as SVG; each appears under its name when it is whole.

    Args:
        chart: The chart; a line without any value is in the legend alone.
        stem: Path of the files, without their suffix; its folder is there.
    """
    with mpl.rc_context({"svg.hashsalt": SVG_SALT, "path.simplify_threshold": 0.5}):
        figure = _draw(chart)
        with whole_file(stem.with_name(f"{stem.name}.png")) as part:
            figure.savefig(part, dpi=DPI, format="png")
        with whole_file(stem.with_name(f"{stem.name}.svg")) as part:
            figure.savefig(part, format="svg", metadata={"Date": None})


def _draw(chart: Chart) -> Figure:
    is_beside = len(chart.lines) > MOST_INSIDE
    height = max(HEIGHT, LINE_HEIGHT * len(chart.lines) + 0.6) if is_beside else HEIGHT
    figure = make_figure(WIDTH + 3 * is_beside, height)
    axes = figure.subplots()
    style_axes(axes, *map(_plain, (chart.title, chart.x_label, chart.y_label)))
    axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)
    for position, line in enumerate(chart.lines):
        _draw_line(axes, line, position, len(chart.lines), has_points=chart.has_points)
    _set_ticks(axes, chart)
    _draw_legend(figure, axes, chart.lines, is_beside=is_beside)
    return figure


def _draw_line(axes: Axes, line: Line, position: int, count: int, *, has_points: bool) -> None:
    """Draw a line, its band and its marks; those of lines over each other are set apart."""
    if line.low is not None and line.high is not None:
        color = style(line.style).color_light
        axes.fill_between(line.x, line.low, line.high, color=color, alpha=0.18, linewidth=0)
    drawn = _to_line2d(line)
    drawn.set_data(line.x, line.y)
    if not has_points or len(line.x) > 3 * NUM_MARKERS:
        step = max(1, len(line.x) // NUM_MARKERS)
        drawn.set_markevery((position * step // max(1, count), step))
    axes.add_line(drawn)
    if line.marked is not None:
        color = style(line.style).color_light
        axes.plot(
            line.x[line.marked], line.y[line.marked], marker="o", markersize=13,
            markerfacecolor="none", markeredgecolor=color, markeredgewidth=1.4,
        )  # fmt: skip
    axes.autoscale_view()


def _to_line2d(line: Line) -> Line2D:
    look = style(line.style)
    dashes = (0, look.dashes) if look.dashes else None
    return Line2D(
        [], [], color=look.color_light, linestyle=dashes, linewidth=1.6,
        marker=look.marker, markersize=5,
    )  # fmt: skip


def _set_ticks(axes: Axes, chart: Chart) -> None:
    """Let the horizontal axis count whole numbers from the first to the last."""
    filled = [line for line in chart.lines if np.isfinite(line.y).any()]
    ends = [end for line in filled for end in (line.x[0], line.x[-1])]
    if not ends:
        axes.set_yticks([])
        axes.set_xticks([])
        axes.text(0.5, 0.5, "no values yet", transform=axes.transAxes, ha="center", color=GREY)
        return
    first, last = min(ends), max(ends)
    margin = 0.03 * (last - first) or 0.5
    axes.set_xlim(first - margin, last + margin)
    axes.relim()
    axes.autoscale_view(scalex=False)
    if chart.has_points and last - first < MOST_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(list(np.arange(first, last + 1))))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_legend(figure: Figure, axes: Axes, lines: Sequence[Line], *, is_beside: bool) -> None:
    if not lines:
        return
    handles = [_to_line2d(line) for line in lines]
    names = [" "] * len(lines)  # set below: matplotlib leaves out those that begin with "_"
    size = SMALL_FONT_SIZE if len(lines) < MOST_TICKS else SMALL_FONT_SIZE - 2
    if is_beside:
        legend = figure.legend(
            handles, names, loc="outside right upper", frameon=False, fontsize=size, handlelength=4
        )
    else:
        legend = axes.legend(
            handles, names, loc="best", fontsize=FONT_SIZE - 1, framealpha=0.85, handlelength=4
        )
    for text, line in zip(legend.get_texts(), lines, strict=True):
        text.set_text(_plain(_shortened(line.name)))


def _shortened(name: str) -> str:
    """Leave out the middle of a name that is too long for a legend."""
    half = MOST_NAME // 2
    return name if len(name) <= MOST_NAME else f"{name[: half - 1]}…{name[-half:]}"


def _plain(text: str) -> str:
    """Let matplotlib take no dollar sign for mathematics."""
    return text.replace("$", r"\$")
