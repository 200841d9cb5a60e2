"""Curves of runs over each other."""

from pathlib import Path

import numpy as np
import pytest
from analysis.runs.made_runs import make_run, with_seed

from digitdet.analysis.charts.chart import Chart, Line
from digitdet.analysis.run_comparison.curves import Curves, make_curves, smoothed
from digitdet.analysis.run_comparison.groups import collect_groups


def _curves(*folders: Path, metrics: tuple[str, ...] = ("map",)) -> Curves:
    return make_curves(collect_groups(list(folders)), metrics)


def test_runs_without_values_give_no_chart_and_are_named(tmp_path: Path) -> None:
    curves = _curves(make_run(tmp_path / "run", losses=[]))
    assert curves.charts == []
    assert curves.notes == ["loss, train_loss, map: run has no values."]


def test_lines_keep_order_and_style_where_others_are_missing(tmp_path: Path) -> None:
    curves = _curves(
        make_run(tmp_path / "a", losses=[3, 2]),  # without a validation
        make_run(tmp_path / "b", losses=[5, 4], figures={"map": [0.3, 0.2]}),
    )
    assert [chart.name for chart in curves.charts] == ["loss", "train_loss", "map"]
    loss, steps, mean_precision = curves.charts
    assert [(line.name, line.style, line.y.tolist()) for line in loss.lines] == [
        ("a", 0, [3, 2]),
        ("b", 1, [5, 4]),
    ]
    assert [line.x.tolist() for line in steps.lines] == [[1, 2, 3, 4]] * 2
    (line,) = mean_precision.lines
    assert (line.name, line.style, line.marked, line.low) == ("b", 1, 0, None)
    assert (mean_precision.x_label, mean_precision.y_label) == ("epoch", "mAP, IoU .50:.95")
    assert curves.notes == ["map: a has no values."]


def test_seeds_are_a_mean_with_a_band_as_far_as_all_of_them_go(tmp_path: Path) -> None:
    for seed, values in enumerate(([0.1, 0.4, 0.9], [0.3, 0.2], [])):
        figures = {"map": values} if values else None
        losses = [1.0] * len(values)
        make_run(
            tmp_path / "run" / f"seed_{seed}", losses=losses, figures=figures, **with_seed(seed)
        )
    curves = _curves(tmp_path / "run")
    (line,) = curves.charts[-1].lines
    assert line.name == "run (3 seeds): mean, min to max"
    assert line.x.tolist() == [1, 2]
    assert line.low is not None
    assert line.high is not None
    for values, expected in ((line.y, [0.2, 0.3]), (line.low, [0.1, 0.2]), (line.high, [0.3, 0.4])):
        np.testing.assert_allclose(values, expected)
    assert curves.notes == [
        "loss, train_loss, map: run (3 seeds) is without seed_2: no values.",
        "loss, map: run (3 seeds) ends at epoch 2, the last that all of its runs have.",
        "train_loss: run (3 seeds) ends at training step 4, the last that all of its runs have.",
    ]


def test_of_errors_the_lowest_is_marked(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", figures={"digits_wrong": [3, 1, 2]})
    (line,) = _curves(folder, metrics=("digits_wrong",)).charts[-1].lines
    assert line.marked == 1


@pytest.mark.parametrize("count", [0, 1, 99])
def test_a_short_line_is_not_smoothed(count: int) -> None:
    line = Line("a", np.arange(count, dtype=float), np.arange(count, dtype=float))
    (shown,) = smoothed(Chart("a", "title", "x", "y", [line])).lines
    assert shown.y.tolist() == line.y.tolist()


def test_a_long_line_becomes_means_of_a_fiftieth_of_it() -> None:
    x = np.arange(1, 1001, dtype=float)
    y = np.random.default_rng(0).normal(size=1000)
    y[500] = np.nan
    (line,) = smoothed(Chart("a", "t", "x", "y", [Line("a", x, y, low=y - 1, high=y + 1)])).lines
    assert line.low is not None
    assert (line.x[0], line.x[-1], len(line.x)) == (1, 1000, 400)
    for position, mean, low in zip(line.x, line.y, line.low, strict=True):
        place = int(position) - 1
        around = y[max(0, place - 10) : place + 10]
        assert mean == pytest.approx(np.nanmean(around))
        assert low == pytest.approx(np.nanmean(around) - 1)
