"""Marks of trials that the figures of a sweep share, told apart without colour."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digitdet.analysis.plots.canvas import BLACK, BLUE, DPI, GREY, ORANGE, SMALL_FONT_SIZE
from digitdet.sweeps.results import FINISHED, PRUNED, TrialResult, ranked
from digitdet.whole_files import whole_file

Place = Callable[[TrialResult], float]  # where on the horizontal axis
# State -> marker, face, edge, name.
LOOKS: Mapping[str, tuple[str, str, str, str]] = {
    FINISHED: ("o", BLUE, BLUE, "finished"),
    PRUNED: ("v", "none", ORANGE, "pruned: best until then"),
}


def draw_states(axes: Axes, results: Sequence[TrialResult], place: Place) -> None:
    """Draw trials that have a value, by their state."""
    for state, (marker, face, edge, name) in LOOKS.items():
        points = [
            (place(result), result.value)
            for result in results
            if result.state == state and result.value is not None
        ]
        if points:
            axes.plot(
                [x for x, _ in points], [y for _, y in points], marker,
                markerfacecolor=face, markeredgecolor=edge, markersize=6, alpha=0.85, label=name,
            )  # fmt: skip


def draw_best(axes: Axes, results: Sequence[TrialResult], place: Place, *, is_error: bool) -> None:
    """Ring the best trial; say so where there is nothing to show."""
    top = ranked(results, is_error=is_error)
    if top and top[0].value is not None:
        axes.plot(
            place(top[0]), top[0].value, "o", markersize=14, markerfacecolor="none",
            markeredgecolor=BLACK, markeredgewidth=1.4, label=f"best: trial {top[0].number}",
        )  # fmt: skip
    elif not any(r.value is not None for r in results if r.state in LOOKS):
        say(axes, "no trial has a value")


def draw_legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """Draw one legend above all panels."""
    found: dict[str, Any] = {}
    for axes in panels:
        handles, names = axes.get_legend_handles_labels()
        found |= dict(zip(names, handles, strict=True))
    if found:
        figure.legend(
            list(found.values()), list(found), loc="outside upper center", ncols=len(found),
            fontsize=SMALL_FONT_SIZE, frameon=False,
        )  # fmt: skip


def say(axes: Axes, text: str) -> None:
    """Write in the middle of axes why they are empty."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)


def plain(text: str) -> str:
    """Let matplotlib take no dollar sign for mathematics."""
    return text.replace("$", r"\$")


def save(figure: Figure, stem: Path) -> None:
    """Write PNG and SVG; equal figures give equal bytes."""
    with mpl.rc_context({"svg.hashsalt": "digitdet"}):
        with whole_file(stem.with_name(f"{stem.name}.png")) as part:
            figure.savefig(part, dpi=DPI, format="png")
        with whole_file(stem.with_name(f"{stem.name}.svg")) as part:
            figure.savefig(part, format="svg", metadata={"Date": None})
