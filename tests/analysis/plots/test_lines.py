"""Charts of lines, as pictures."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from digitdet.analysis.charts.chart import Chart, Line
from digitdet.analysis.charts.styles import style
from digitdet.analysis.plots.lines import draw_chart


def _line(name: str, values: Sequence[float], style: int = 0, **changes: object) -> Line:
    x = np.arange(1, len(values) + 1, dtype=np.float64)
    return Line(name, x, np.array(values, dtype=np.float64), style, **changes)  # type: ignore[arg-type]


def _chart(*lines: Line, has_points: bool = True) -> Chart:
    return Chart("loss", "title", "epoch", "training loss", lines, has_points)


def _texts(file: Path) -> str:
    """The texts of an SVG: matplotlib draws letters as shapes, with the text as a comment."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.parse(file, parser).getroot()
    return "\n".join(part.text or "" for part in root.iter() if part.tag is ElementTree.Comment)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "chart",
    [
        _chart(),
        _chart(_line("nothing", [])),
        _chart(_line("one value", [1], marked=0)),
        _chart(_line("no number", [np.nan, np.nan])),
        _chart(_line("a gap", [1, np.nan, 1])),
    ],
    ids=["no line", "no value", "one value", "no number", "a gap"],
)
def test_a_chart_of_little_or_nothing_is_drawn(tmp_path: Path, chart: Chart) -> None:
    draw_chart(chart, tmp_path / "a.b")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.b.png", "a.b.svg"]
    Image.open(tmp_path / "a.b.png").load()
    has_values = any(np.isfinite(line.y).any() for line in chart.lines)
    assert ("no values yet" in _texts(tmp_path / "a.b.svg")) is not has_values


@pytest.mark.filterwarnings("error")
def test_a_chart_says_what_it_shows_in_order_with_names_as_they_are(tmp_path: Path) -> None:
    names = ["TL3", "_TL2", "cost $5 or $6", "ß" * 60]
    lines = [_line(name, range(index, index + 10), index) for index, name in enumerate(names)]
    draw_chart(_chart(*lines), tmp_path / "loss")
    texts = [text.strip() for text in _texts(tmp_path / "loss.svg").splitlines()]
    assert [text for text in texts if text.isdigit()][:10] == [str(n) for n in range(1, 11)]
    assert {"title", "epoch", "training loss"} <= set(texts)
    shown = [text.replace("\\$", "$") for text in texts[-4:]]
    assert shown == [*names[:3], "ß" * 21 + "…" + "ß" * 22]


def test_lines_have_their_colours_and_a_band(tmp_path: Path) -> None:
    flat = np.full(10, 2.0)
    for name, line in (
        ("plain", _line("a", flat, 1)),
        ("band", _line("a", flat, 1, low=flat - 1, high=flat + 1)),
    ):
        draw_chart(_chart(line), tmp_path / name)
    plain, band = (
        np.asarray(Image.open(tmp_path / f"{n}.png").convert("RGB"), int) for n in ("plain", "band")
    )
    color = np.array([int(style(1).color_light[i : i + 2], 16) for i in (1, 3, 5)])
    shade = 255 - 0.18 * (255 - color)
    assert (abs(plain - color).max(axis=2) < 3).sum() > 500
    shaded = [(abs(pixels - shade).max(axis=2) < 4).mean() for pixels in (plain, band)]
    assert shaded[0] < 0.01
    assert shaded[1] > 0.5


def test_equal_charts_give_equal_files(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=200)
    for name in ("one", "two"):
        draw_chart(_chart(_line("a", values, 2, low=values, high=values + 1)), tmp_path / name)
    for kind in ("png", "svg"):
        one, two = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_thirty_names_are_all_in_the_picture(tmp_path: Path) -> None:
    lines = [_line(f"run {index}", [1, 2], index) for index in range(30)]
    draw_chart(_chart(*lines, has_points=False), tmp_path / "loss")
    texts = _texts(tmp_path / "loss.svg")
    assert [texts.count(f" run {index} ") for index in range(30)] == [1] * 30
    root = ElementTree.parse(tmp_path / "loss.svg").getroot()
    height = float(root.attrib["viewBox"].split()[3])
    assert height > 30 * 12  # points; a line of that size each
