"""Draws how data sets are distributed, several of them over one another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from digitdet.inspection.distributions import Distributions
from digitdet.inspection.samples import PictureStatistics

# Okabe and Ito (2008): told apart by any eye; the styles tell them apart without colour too.
STYLES: tuple[dict[str, Any], ...] = (
    dict(color="#0072B2", linestyle="-"),
    dict(color="#D55E00", linestyle="--"),
    dict(color="#009E73", linestyle="-."),
    dict(color="#CC79A7", linestyle=":"),
    dict(color="#000000", linestyle=(0, (6, 1, 1, 1, 1, 1))),
)
MOST_SETS = len(STYLES)
COLUMNS = 4
PANEL_SIZE = (3.4, 2.5)  # inches
TAILS = (0.5, 99.5)  # percentiles; what lies beyond is counted in the outermost bins


@dataclass(frozen=True)
class Panel:
    """One histogram of a figure.

    Attributes:
        key: What is drawn, a key of `_values`.
        label: Of the horizontal axis, with the unit.
        unit: What is counted: ``"pictures"`` or ``"digits"``.
        scale: ``"linear"``, ``"log"``, or ``"whole"`` for whole numbers with a bin each.
    """

    key: str
    label: str
    unit: str
    scale: str = "linear"


PANELS = (
    Panel("widths", "picture width (px)", "pictures", "log"),
    Panel("heights", "picture height (px)", "pictures", "log"),
    Panel("aspects", "picture width / height", "pictures", "log"),
    Panel("digits_per_picture", "digits in a picture", "pictures", "whole"),
    Panel("box_heights", "box height (px)", "digits", "log"),
    Panel("box_aspects", "box width / height", "digits", "log"),
    Panel("digits", "digit", "digits", "whole"),
    Panel("digit_contrasts", "ink minus ground (grey levels)", "digits"),
    Panel("red", "mean red (0 to 255)", "pictures"),
    Panel("green", "mean green (0 to 255)", "pictures"),
    Panel("blue", "mean blue (0 to 255)", "pictures"),
    Panel("edge_widths", "width of an edge (px)", "digits", "log"),
    Panel("box_deviations", "deviation within boxes (grey levels)", "pictures"),
    Panel("ground_deviations", "deviation outside boxes (grey levels)", "pictures"),
    Panel("gradients", "mean gradient in boxes (grey levels / px)", "pictures", "log"),
)


def draw_distributions(
    sets: Mapping[str, Distributions],
    file: Path,
    pictures: Mapping[str, PictureStatistics] | None = None,
) -> None:
    """Draw the distributions of data sets over one another, each as shares of its own.

    Args:
        sets: Name -> measurements; the names stand in the legend, in this order. At most five.
        file: File to write; its suffix is the format, such as ``.png`` or ``.svg``.
        pictures: Name -> measurements of pixels, drawn in further panels; may have other names.

    Raises:
        ValueError: If there are more sets than are told apart.
    """
    pictures = pictures or {}
    names = list(dict.fromkeys([*sets, *pictures]))
    if len(names) > MOST_SETS:
        raise ValueError(f"at most {MOST_SETS} sets are told apart in a figure, got {len(names)}")
    values = {name: _values(sets.get(name), pictures.get(name)) for name in names}
    panels = [panel for panel in PANELS if any(panel.key in v for v in values.values())]
    rows = -(-max(1, len(panels)) // COLUMNS)
    width, height = COLUMNS * PANEL_SIZE[0], rows * PANEL_SIZE[1] + 0.5
    figure = Figure(figsize=(width, height), layout="constrained")
    for position, panel in enumerate(panels):
        axes = figure.add_subplot(rows, COLUMNS, position + 1)
        _draw_panel(axes, panel, [v.get(panel.key, np.zeros(0)) for v in values.values()])
    handles = [Line2D([], [], linewidth=2, **style) for style in STYLES[: len(names)]]
    figure.legend(handles, names, loc="outside upper center", ncols=len(names), frameon=False)
    figure.savefig(file, dpi=110)


def _values(
    distributions: Distributions | None, pictures: PictureStatistics | None
) -> dict[str, NDArray[Any]]:
    """Return what is to be drawn of a set: key of a panel -> measured values."""
    values: dict[str, NDArray[Any]] = {}
    if distributions is not None:
        values |= vars(distributions)
        values["aspects"] = distributions.widths / distributions.heights
        values["digits"] = np.repeat(np.arange(10), distributions.digit_counts)
    if pictures is not None:
        values |= vars(pictures)
        values |= zip(("red", "green", "blue"), pictures.colors.T, strict=True)
    return {key: array[np.isfinite(array)] for key, array in values.items()}


def _draw_panel(axes: Axes, panel: Panel, sets: Sequence[NDArray[Any]]) -> None:
    edges = _bin_edges(panel, sets)
    for values, style in zip(sets, STYLES, strict=False):
        if len(values):
            counts, _ = np.histogram(values.clip(edges[0], edges[-1]), edges)
            share = 100 * counts / len(values)
            axes.stairs(share, edges, linewidth=1.6, **style)
    axes.set_xlabel(panel.label, fontsize=10)
    axes.set_ylabel(f"% of {panel.unit}", fontsize=10)
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    if panel.scale == "log":
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_locator(NullLocator())
    elif panel.scale == "whole":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))


def _bin_edges(panel: Panel, sets: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """Choose bins that the sets share: more of them, the more values the smallest set has."""
    filled = [values for values in sets if len(values)]
    if panel.scale == "log":
        filled = [values[values > 0] for values in filled if (values > 0).any()]
    if not filled:
        return np.array([1.0, 2.0])
    every = np.concatenate(filled)
    if panel.scale == "whole":
        return np.arange(every.min(), every.max() + 2) - 0.5
    low, high = (
        f(np.percentile(values, q) for values in filled)
        for f, q in zip((min, max), TAILS, strict=True)
    )
    bins = int(np.clip(2 * np.sqrt(min(map(len, filled))), 8, 24))
    if panel.scale == "log":
        return np.geomspace(low / 1.02, high * 1.02, bins + 1)
    return np.linspace(low - 0.5, high + 0.5, bins + 1)
