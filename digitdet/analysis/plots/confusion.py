"""Draws the confusion matrix."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from digitdet.analysis.plots.canvas import (
    FONT_SIZE,
    GREY,
    SMALL_FONT_SIZE,
    make_figure,
    save_figure,
    style_axes,
)
from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.labels import DIGITS

_LIGHT_TEXT = 0.55  # share from which on black text is hard to read on the colour
NAMES = (*DIGITS, "background")


def row_shares(matrix: IntArray) -> FloatArray:
    """Return the shares of each row of a matrix of counts; 0 in a row of nothing."""
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def draw_confusion(matrix: IntArray, min_score: float, file: Path) -> None:
    """Draw counts and shares of which digit was found where which one stands.

    Args:
        matrix: (11, 11) counts: rows are true digits, columns found ones, the last of each is the
            background.
        min_score: The score from which on detections were counted.
        file: PNG file to write.
    """
    figure = make_figure(11, 9.5)
    axes = figure.subplots()
    title = f"digits found with a score of {min_score:.4f} or more; count, and % of its row"
    style_axes(axes, title, "found", "true")
    shares = row_shares(matrix)
    image = axes.imshow(shares, cmap=colormaps["Blues"], vmin=0, vmax=1, aspect="auto")
    for true, found in np.argwhere(matrix):
        share = shares[true, found]
        color = "white" if share > _LIGHT_TEXT else "black"
        text = f"{matrix[true, found]:,}\n{_percent(share)}"
        axes.text(
            found, true, text, ha="center", va="center", fontsize=SMALL_FONT_SIZE, color=color
        )
    _draw_frame(axes, matrix)
    bar = figure.colorbar(image, ax=axes, shrink=0.5, label="share of the row")
    bar.outline.set_visible(False)
    save_figure(figure, file)


def _percent(share: float) -> str:
    return "<1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _draw_frame(axes: Axes, matrix: IntArray) -> None:
    """Name rows and columns, and set the background apart."""
    last = len(NAMES) - 1
    totals = [
        f"{name}   n = {sum_:,}" for name, sum_ in zip(NAMES, matrix.sum(axis=1), strict=True)
    ]
    totals[last] = totals[last].replace("   ", "\n")
    axes.set_xticks(range(len(NAMES)), NAMES, fontsize=FONT_SIZE)
    axes.set_yticks(range(len(NAMES)), totals, fontsize=FONT_SIZE)
    axes.tick_params(length=0)
    axes.yaxis.labelpad = 10
    axes.spines[:].set_visible(False)
    for edge in (axes.axhline, axes.axvline):
        edge(last - 0.5, color=GREY, linewidth=1.5)
    # What is background and is not found is not counted.
    axes.add_patch(
        Rectangle((last - 0.5, last - 0.5), 1, 1, facecolor="none", edgecolor=GREY, hatch="///")
    )
