"""Draws accuracy by height, length and contrast."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes

from digitdet.analysis.plots.canvas import (
    BLUE,
    ORANGE,
    SMALL_FONT_SIZE,
    make_figure,
    save_figure,
    show_shares,
    style_axes,
)
from digitdet.analysis.strata import LEVEL, UNITS, Stratum


def draw_strata(
    digits: Sequence[Stratum],
    precision: Sequence[float],
    numbers: Mapping[str, Sequence[Stratum]],
    min_score: float,
    file: Path,
) -> None:
    """Draw shares with their intervals and counts.

    Args:
        digits: True digits that are found, by height.
        precision: Mean average precision of each height; -1 where there is none.
        numbers: What the numbers are parted by -> the parts.
        min_score: The score from which on digits count as found.
        file: PNG file to write.
    """
    figure = make_figure(11, 8)
    panels = figure.subplots(2, 2)
    first, *others = panels.flat
    _draw_shares(first, digits, "digits by height (px), of n")
    first.set_ylabel(f"found with a score of {min_score:.4f} or more")
    _draw_precision(first, precision)
    for axes, (what, strata) in zip(others, numbers.items(), strict=True):
        _draw_shares(axes, strata, f"numbers by {what}{UNITS[what]}, of n pictures")
        axes.set_ylabel("read right")
    save_figure(figure, file)


def _draw_shares(axes: Axes, strata: Sequence[Stratum], title: str) -> None:
    style_axes(axes, title, "", "")
    show_shares(axes)
    filled = [(place, stratum) for place, stratum in enumerate(strata) if stratum.count]
    places = [place for place, _ in filled]
    shares = [stratum.share for _, stratum in filled]
    lows = [stratum.share - stratum.interval[0] for _, stratum in filled]
    highs = [stratum.interval[1] - stratum.share for _, stratum in filled]
    axes.errorbar(
        places, shares, yerr=[lows, highs], fmt="o", color=BLUE, markersize=6, capsize=4,
        label=f"share, with {100 * LEVEL:.0f} % interval",
    )  # fmt: skip
    for place, stratum in filled:
        axes.annotate(
            f"{stratum.share:.2f}", (place, stratum.share), xytext=(8, 0), va="center",
            textcoords="offset points", fontsize=SMALL_FONT_SIZE,
        )  # fmt: skip
    texts = [f"{stratum.label}\nn = {stratum.count:,}" for stratum in strata]
    axes.set_xticks(range(len(strata)), texts)
    axes.set_xlim(-0.5, len(strata) - 0.5)


def _draw_precision(axes: Axes, precision: Sequence[float]) -> None:
    """Draw the average precision beside the share found."""
    filled = [place for place, value in enumerate(precision) if value > -1]
    values = [precision[place] for place in filled]
    axes.plot(
        [place - 0.15 for place in filled], values, "D", color=ORANGE, markersize=6,
        markerfacecolor="none", label="mAP, of IoU 0.5 to 0.95",
    )  # fmt: skip
    axes.legend(fontsize=SMALL_FONT_SIZE, frameon=True, framealpha=0.9, loc="best")
