"""Figures of distributions: what is drawn, by the figure's own data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from digitdet.inspection.distributions import Distributions
from digitdet.inspection.figures import MOST_SETS, draw_distributions
from digitdet.inspection.samples import PictureStatistics


def distributions(num: int = 50, seed: int = 0, **changes: Any) -> Distributions:
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = dict(
        widths=rng.integers(40, 300, num),
        heights=rng.integers(20, 130, num),
        box_heights=rng.lognormal(3, 0.5, 2 * num),
        box_aspects=rng.lognormal(-0.7, 0.3, 2 * num),
        digits_per_picture=rng.integers(0, 6, num),
        digit_counts=rng.integers(0, 9, 10),
    )
    return Distributions(**{**values, **changes})


def pictures(num: int = 50, **changes: Any) -> PictureStatistics:
    rng = np.random.default_rng(1)
    values: dict[str, Any] = dict(
        colors=rng.uniform(0, 255, (num, 3)),
        box_deviations=rng.uniform(0, 60, num),
        ground_deviations=rng.uniform(0, 60, num),
        gradients=rng.uniform(0, 20, num),
        digit_contrasts=rng.normal(0, 80, 2 * num),
        edge_widths=rng.uniform(1, 5, 2 * num),
    )
    return PictureStatistics(**{**values, **changes})


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that matplotlib was asked to save."""
    figures: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: figures.append(figure))
    return figures


def panels(figure: Figure) -> dict[str, list[tuple[list[float], list[float]]]]:
    """Label -> the values and the edges of each set's histogram."""
    return {
        axes.get_xlabel(): [
            (patch.get_data().values.tolist(), patch.get_data().edges.tolist())
            for patch in axes.patches
        ]
        for axes in figure.axes
    }


def test_nothing_is_drawn_of_sets_of_nothing(drawn: list[Figure]) -> None:
    empty = distributions(0, digit_counts=np.zeros(10, dtype=np.int64))
    draw_distributions({}, Path("none.png"))
    draw_distributions({"empty": empty}, Path("empty.png"), {"empty": pictures(0)})
    assert not drawn[0].axes
    assert len(drawn[1].axes) == 15
    assert not any(panels(drawn[1]).values())


def test_a_picture_is_written_with_a_panel_for_each_measurement(tmp_path: Path) -> None:
    file = tmp_path / "all.svg"
    draw_distributions({"real": distributions()}, file, {"real": pictures()})
    content = file.read_text(encoding="utf-8")
    for text in ("real", "picture width (px)", "box height (px)", "digit", "mean red (0 to 255)"):
        assert f"<!-- {text} -->" in content
    draw_distributions({"real": distributions()}, tmp_path / "boxes.png")
    with Image.open(tmp_path / "boxes.png") as picture:
        assert picture.size[0] > 1000
        picture.load()


def test_a_histogram_holds_each_value_once_as_a_share_of_its_set(drawn: list[Figure]) -> None:
    sets = {"a": distributions(50), "b": distributions(900, seed=1)}
    draw_distributions(sets, Path("a.png"), {"a": pictures(), "c": pictures(300)})
    for histograms in panels(drawn[0]).values():
        assert len(histograms) == 2
        assert histograms[0][1] == histograms[1][1]  # the same bins
        for shares, _ in histograms:
            assert sum(shares) == pytest.approx(100)


def test_whole_numbers_have_a_bin_each(drawn: list[Figure]) -> None:
    counts = np.array([0, 3, 1, 0, 0, 0, 0, 0, 0, 4])
    found = distributions(digits_per_picture=np.array([0, 2, 2, 5]), digit_counts=counts)
    draw_distributions({"a": found}, Path("a.png"))
    shares, edges = panels(drawn[0])["digits in a picture"][0]
    assert shares == [25, 0, 50, 0, 0, 25]
    assert edges == [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    shares, edges = panels(drawn[0])["digit"][0]
    assert shares == [37.5, 12.5, 0, 0, 0, 0, 0, 0, 50]
    assert edges[0] == 0.5


def test_what_could_not_be_measured_is_left_out_and_what_is_far_off_is_counted(
    drawn: list[Figure],
) -> None:
    contrasts = np.array([*np.linspace(-50, 50, 999), np.nan, 1e6])
    found = pictures(digit_contrasts=contrasts, gradients=np.zeros(3))
    draw_distributions({}, Path("a.png"), {"a": found})
    shares, edges = panels(drawn[0])["ink minus ground (grey levels)"][0]
    assert sum(shares) == pytest.approx(100)
    assert edges[-1] < 60
    assert sum(panels(drawn[0])["mean gradient in boxes (grey levels / px)"][0][0]) == 100


def test_the_legend_names_the_sets_in_their_order(drawn: list[Figure]) -> None:
    draw_distributions({"b": distributions(), "a": distributions()}, Path("a.png"))
    legend = drawn[0].legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["b", "a"]
    looks = {(line.get_color(), str(line.get_linestyle())) for line in legend.get_lines()}
    assert len(looks) == 2


def test_more_sets_than_are_told_apart_are_refused(tmp_path: Path) -> None:
    sets = {str(number): distributions() for number in range(MOST_SETS + 1)}
    with pytest.raises(ValueError, match="at most 5 sets are told apart in a figure, got 6"):
        draw_distributions(sets, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
