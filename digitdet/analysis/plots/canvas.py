"""What the figures of an analysis share: their colours, axes and files."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitdet.whole_files import whole_file

# Okabe and Ito (2008): told apart by any eye; markers and lines tell them apart without colour too.
BLUE, ORANGE, GREEN, BLACK = "#0072B2", "#D55E00", "#009E73", "#000000"
GREY = "#767676"
DPI = 110
FONT_SIZE = 10
SMALL_FONT_SIZE = 9
MARGIN = 0.03  # of a share's axis, so that marks at 0 and 1 are whole


def make_figure(width: float, height: float) -> Figure:
    """Make a figure of a size in inches; no window and no global state belong to it."""
    return Figure(figsize=(width, height), layout="constrained")


def save_figure(figure: Figure, file: Path) -> None:
    """Write a PNG; it appears under its name when it is whole."""
    with whole_file(file) as part:
        figure.savefig(part, dpi=DPI, format="png")


def style_axes(axes: Axes, title: str, x: str, y: str) -> None:
    """Set the texts and lines that all axes have."""
    axes.set_title(title, fontsize=FONT_SIZE, loc="left")
    axes.set_xlabel(x, fontsize=FONT_SIZE)
    axes.set_ylabel(y, fontsize=FONT_SIZE)
    axes.tick_params(labelsize=SMALL_FONT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)


def show_shares(axes: Axes, *, x: bool = False, y: bool = True) -> None:
    """Let axes run over shares, from 0 to 1."""
    for wanted, limits in ((x, axes.set_xlim), (y, axes.set_ylim)):
        if wanted:
            limits(-MARGIN, 1 + MARGIN)
