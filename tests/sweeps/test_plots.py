"""Figures of a sweep: what stands in them, by their own data."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from digitdet.sweeps import plots
from digitdet.sweeps.dimension import Dimension
from digitdet.sweeps.results import TrialResult

RATE = Dimension("optimizer.lr", "", "float", 1e-4, 1e-1, log=True)
KIND = Dimension("optimizer", "", "choice", choices=["SGD", "$x$"])
RESULTS = [
    TrialResult(0, "finished", {"optimizer.lr": 1e-3, "optimizer": "SGD"}, {1: 0.3}, 1, 1),
    TrialResult(1, "failed", {"optimizer.lr": 1e-1, "optimizer": "SGD"}, {}, None, 1, "NaN"),
    TrialResult(2, "pruned", {"optimizer.lr": 1e-4, "optimizer": "$x$"}, {1: 0.1}, 1, 1),
    TrialResult(3, "finished", {"optimizer.lr": 1e-2, "optimizer": "$x$"}, {1: 0.2}, 1, 1),
    TrialResult(4, "finished", {"optimizer.lr": 2e-2, "optimizer": "$x$"}, {2: 0.5}, 2, 1),
]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that would be written."""
    figures: list[Figure] = []

    def savefig(figure: Figure, part: Path, **_: object) -> None:
        figures.append(figure)
        part.touch()

    monkeypatch.setattr(Figure, "savefig", savefig)
    return figures


def line(figure: Figure, label: str) -> list[tuple[float, float]]:
    found = [each for each in figure.axes[0].lines if each.get_label() == label]
    assert len(found) == 1
    return [(float(x), float(y)) for x, y in zip(*found[0].get_data(), strict=True)]


def test_without_trials_each_figure_says_so(drawn: list[Figure], tmp_path: Path) -> None:
    plots.draw_history([], "map", tmp_path / "history", is_error=False)
    plots.draw_importance({}, "map", tmp_path / "importance")
    plots.draw_slices([], [RATE], "map", tmp_path / "slices", is_error=False)
    said = [[text.get_text() for text in figure.axes[0].texts] for figure in drawn[::2]]
    assert said[0] == said[2] == ["no trial has a value"]
    assert said[1] == ["too few finished trials, or all of one value"]


def test_the_history_has_each_trial_and_the_best_so_far(
    drawn: list[Figure], tmp_path: Path
) -> None:
    plots.draw_history(RESULTS, "map", tmp_path / "history", is_error=False)
    assert line(drawn[0], "finished") == [(0, 0.3), (3, 0.2), (4, 0.5)]
    assert line(drawn[0], "pruned: best until then") == [(2, 0.1)]
    assert [x for x, _ in line(drawn[0], "failed")] == [1]
    assert line(drawn[0], "best so far") == [(0, 0.3), (3, 0.3), (4, 0.5), (4, 0.5)]
    assert line(drawn[0], "best: trial 4") == [(4, 0.5)]


def test_of_an_error_the_least_is_the_best_so_far(drawn: list[Figure], tmp_path: Path) -> None:
    plots.draw_history(RESULTS, "digits_missing", tmp_path / "history", is_error=True)
    assert line(drawn[0], "best so far") == [(0, 0.3), (3, 0.2), (4, 0.2), (4, 0.2)]
    assert line(drawn[0], "best: trial 3") == [(3, 0.2)]


def test_slices_have_a_panel_a_key_over_its_values(drawn: list[Figure], tmp_path: Path) -> None:
    plots.draw_slices(RESULTS, [RATE, KIND], "map", tmp_path / "slices", is_error=False)
    rate, kind = drawn[0].axes
    assert line(drawn[0], "finished") == [(1e-3, 0.3), (1e-2, 0.2), (2e-2, 0.5)]
    assert rate.get_xscale() == "log"
    assert [text.get_text() for text in kind.get_xticklabels()] == ["SGD", r"\$x\$"]
    (finished,) = (each for each in kind.lines if each.get_label() == "finished")
    assert np.round(np.asarray(finished.get_xdata(), dtype=float)).tolist() == [0, 1, 1]


def test_equal_trials_give_equal_pictures(tmp_path: Path) -> None:
    for name in ("one", "other"):
        plots.draw_history(RESULTS, "map", tmp_path / name, is_error=False)
    with Image.open(tmp_path / "one.png") as picture:
        assert min(picture.size) > 100
    assert "<svg" in (tmp_path / "one.svg").read_text(encoding="utf-8")
    for kind in ("png", "svg"):
        one, other = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("one", "other"))
        assert one == other


def test_importances_are_bars_in_their_order(drawn: list[Figure], tmp_path: Path) -> None:
    plots.draw_importance({"optimizer.lr": 0.75, "size": 0.004}, "map", tmp_path / "importance")
    axes = drawn[0].axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.004]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["optimizer.lr", "size"]
    assert [text.get_text() for text in axes.texts] == ["75 %", "<1 %"]
