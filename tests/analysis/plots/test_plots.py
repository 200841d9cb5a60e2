"""What is drawn, by the figures' own data; the empty case of each first."""

from pathlib import Path

import numpy as np
import pytest
from evaluation.made_splits import draw_split
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from digitdet.analysis.calibration import calibrate_numbers, reliability
from digitdet.analysis.curves import detection_curves, rank_detections
from digitdet.analysis.errors import find_errors
from digitdet.analysis.plots.calibration import draw_calibration
from digitdet.analysis.plots.confusion import NAMES, draw_confusion, row_shares
from digitdet.analysis.plots.curves import draw_curves
from digitdet.analysis.plots.strata import draw_strata
from digitdet.analysis.strata import Stratum
from digitdet.evaluation.number_figures import PictureReading


def is_whole(file: Path) -> bool:
    """Whether a picture is there, and nothing but it."""
    with Image.open(file) as picture:
        picture.load()
        return picture.format == "PNG" and list(file.parent.iterdir()) == [file]


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes]


def lines(axes: Axes, label: str) -> tuple[list[float], list[float]]:
    (line,) = (line for line in axes.lines if str(line.get_label()).startswith(label))
    return np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist()


def test_an_empty_confusion_matrix_is_drawn_without_texts(
    drawn: list[Figure], tmp_path: Path
) -> None:
    draw_confusion(np.zeros((11, 11), dtype=np.int64), 0.0, tmp_path / "confusion.png")
    assert is_whole(tmp_path / "confusion.png")
    assert not drawn[0].axes[0].texts


def test_a_confusion_matrix_shows_counts_and_shares_of_the_row(
    drawn: list[Figure], tmp_path: Path
) -> None:
    matrix = np.zeros((11, 11), dtype=np.int64)
    matrix[3, 3], matrix[3, 8], matrix[3, 10], matrix[10, 1] = 1500, 499, 1, 7
    draw_confusion(matrix, 0.25, tmp_path / "confusion.png")
    axes = drawn[0].axes[0]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {
        (3, 3): "1,500\n75 %",
        (8, 3): "499\n25 %",
        (10, 3): "1\n<1 %",
        (1, 10): "7\n100 %",
    }
    assert [text.get_text() for text in axes.get_xticklabels()] == list(NAMES)
    assert axes.get_yticklabels()[3].get_text() == "3   n = 2,000"
    assert "0.2500 or more" in axes.get_title(loc="left")
    # The text is told from its ground: light on dark, dark on light.
    colors = {text.get_text(): text.get_color() for text in axes.texts}
    assert colors["1,500\n75 %"] == "white"
    assert colors["499\n25 %"] == "black"


def test_the_shares_of_a_row_sum_to_1_or_are_all_0() -> None:
    matrix = np.arange(121).reshape(11, 11)
    matrix[4] = 0
    sums = row_shares(matrix).sum(axis=1)
    assert sums == pytest.approx([1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize("num_pictures", [0, 1])
def test_curves_of_nothing_are_drawn(
    drawn: list[Figure], tmp_path: Path, num_pictures: int
) -> None:
    split = draw_split(0, num_pictures, most_digits=0, extra=0)
    curves = detection_curves(rank_detections(split, find_errors(split)))
    draw_curves(curves, tmp_path / "curves.png")
    assert is_whole(tmp_path / "curves.png")
    assert titles(drawn[0])[0] == "mean of the digits: no truth (map_50)"
    assert titles(drawn[0])[2:] == [f"digit {digit}: no truth" for digit in range(10)]


def test_curves_show_the_best_threshold_and_each_digit(drawn: list[Figure], tmp_path: Path) -> None:
    split = draw_split(3, 40)
    curves = detection_curves(rank_detections(split, find_errors(split)))
    draw_curves(curves, tmp_path / "curves.png")
    mean, by_threshold, *digits = drawn[0].axes
    best = curves.best["all"]
    label = f"best F1 {best.f1:.3f} at score {best.threshold:.3f}"
    assert lines(by_threshold, label) == ([best.threshold], [best.f1])
    (line,) = (line for line in by_threshold.lines if line.get_label() == "F1")
    # Scores fall, and a threshold between two of them lets pass what the upper one does.
    assert (np.diff(np.asarray(line.get_xdata())) < 0).all()
    assert line.get_drawstyle() == "steps-post"
    legend = by_threshold.get_legend()
    assert legend
    assert [text.get_text() for text in legend.get_texts()] == ["precision", "recall", "F1", label]
    average = np.mean(np.asarray(mean.lines[0].get_ydata()))
    assert average == pytest.approx(curves.average_precision("all"))
    assert len(digits) == 10
    for digit, axes in enumerate(digits):
        average = curves.average_precision(str(digit))
        assert axes.get_title(loc="left") == f"digit {digit}: AP {average:.3f}"
    assert "[" not in "".join(titles(drawn[0]))


def test_a_calibration_of_nothing_is_drawn(drawn: list[Figure], tmp_path: Path) -> None:
    nothing = reliability(np.zeros(0), np.zeros(0, dtype=bool))
    draw_calibration(nothing, calibrate_numbers([]), tmp_path / "calibration.png")
    assert is_whole(tmp_path / "calibration.png")
    assert titles(drawn[0])[0] == "digits: calibration error -, nothing found"


def test_a_calibration_shows_filled_bins_and_the_98_percent_point(
    drawn: list[Figure], tmp_path: Path
) -> None:
    digits = reliability(np.array([0.15, 0.95, 0.95]), np.array([False, True, False]))
    read = [PictureReading(["7"], ["7"], 0.9), PictureReading(["7"], ["1"], 0.4)]
    numbers = calibrate_numbers([*read, PictureReading([], ["1"])])
    draw_calibration(digits, numbers, tmp_path / "calibration.png")
    upper = drawn[0].axes[0]
    assert lines(upper, "measured") == (pytest.approx([0.15, 0.95]), [0, 0.5])
    assert upper.get_title(loc="left") == "digits: calibration error (ECE) 0.350"
    coverage = drawn[0].axes[-1]
    assert lines(coverage, "33.3 % of pictures, from confidence 0.900") == (
        [pytest.approx(1 / 3)],
        [1],
    )


def test_strata_of_nothing_are_drawn(drawn: list[Figure], tmp_path: Path) -> None:
    empty = [Stratum("0_12", 0, 0), Stratum("12_up", 0, 0)]
    numbers = {"height": empty, "length": empty, "contrast": empty}
    draw_strata(empty, [-1, -1], numbers, 0.0, tmp_path / "strata.png")
    assert is_whole(tmp_path / "strata.png")
    labels = [text.get_text() for text in drawn[0].axes[0].get_xticklabels()]
    assert labels == ["0 to 12\nn = 0", "12 and more\nn = 0"]


def test_strata_show_shares_with_their_intervals_and_counts(
    drawn: list[Figure], tmp_path: Path
) -> None:
    strata = [Stratum("0_12", 0, 0), Stratum("12_up", 1200, 300)]
    numbers = {"height": strata, "length": strata, "contrast": strata}
    draw_strata(strata, [-1, 0.4], numbers, 0.5, tmp_path / "strata.png")
    assert len(drawn[0].axes) == 4
    for axes in drawn[0].axes:
        (container,) = axes.containers
        points, _, (bars,) = container
        assert np.asarray(points.get_xydata()).tolist() == [[1, 0.25]]
        ends = bars.get_segments()[0][:, 1]
        assert ends == pytest.approx(strata[1].interval)
        assert axes.get_xticklabels()[1].get_text() == "12 and more\nn = 1,200"
    assert lines(drawn[0].axes[0], "mAP") == ([0.85], [0.4])
