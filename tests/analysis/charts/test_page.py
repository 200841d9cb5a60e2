import base64
import hashlib
import html
import json
import re

import numpy as np
import pytest

from digitdet.analysis.charts.chart import Chart, Line
from digitdet.analysis.charts.chart_data import to_json
from digitdet.analysis.charts.page import render_page
from digitdet.analysis.charts.sections import (
    ChartSection,
    Figure,
    FiguresSection,
    FilesSection,
    MatrixSection,
    Picture,
    PictureSection,
    Section,
    TableSection,
    TextSection,
)

EVIL = "</script><script>alert(1)</script>&\"'"
LINE = Line(EVIL, np.array([1.0, 2.0]), np.array([0.5, np.nan]))
PNG = b"\x89PNG\r\n\x1a\n"
SECTIONS: list[Section] = [
    TextSection(EVIL, EVIL),
    TextSection(EVIL, EVIL, is_code=True, is_folded=True),
    FiguresSection(EVIL, [Figure(EVIL, EVIL, EVIL)]),
    TableSection(EVIL, [EVIL, "b"], [[EVIL, EVIL]], EVIL),
    MatrixSection(EVIL, [EVIL], [[3]], EVIL, EVIL, EVIL),
    ChartSection(EVIL, [Chart("a", EVIL, EVIL, EVIL, [LINE])], {"a": PNG}, EVIL),
    PictureSection(EVIL, [Picture(PNG, EVIL, EVIL)], EVIL),
    FilesSection(EVIL, {EVIL: EVIL}),
]


def test_a_page_without_sections_has_its_title() -> None:
    text = render_page("Nothing", "", [])
    assert "<h1>Nothing</h1>" in text
    assert "<section" not in text


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: type(section).__name__)
def test_texts_are_never_markup(section: Section) -> None:
    text = render_page(EVIL, EVIL, [section])
    assert "alert(1)</script>" not in text
    assert text.count(html.escape(EVIL)) >= 3  # title, heading, intro, at least


def test_the_policy_names_exactly_what_the_page_holds() -> None:
    text = render_page("a", "b", SECTIONS)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "http" not in policy[1]
    for kind, pattern in {
        "style": r"<style>(.*?)</style>",
        "script": r"<script>(.*?)</script>",
    }.items():
        (content,) = re.findall(pattern, text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r'\s(style|onclick|onload)="', text)


def test_a_chart_is_json_without_what_json_lacks() -> None:
    y = np.array([np.nan, np.inf, 0.123456789])
    chart = Chart("a", "t", "x", "y", [Line("l", np.array([1.0, 2.0, 123456.0]), y, 9, marked=2)])
    (line,) = json.loads(to_json(chart))["lines"]
    assert line["x"] == [1, 2, 123456]
    assert line["mean"] == [None, None, 0.12346]
    assert line["marked"] == [123456, 0.12346]
    assert line["size"] == 1


def test_a_long_line_is_thinned_and_the_page_says_so() -> None:
    x = np.arange(1.0, 10_001)
    y = np.sin(x)
    y[7777] = 55.5
    long = Chart("a", "t", "x", "y", [Line("l", x, y)], has_points=False)
    (line,) = json.loads(to_json(long))["lines"]
    assert len(line["x"]) == len(line["high"]) == 600
    assert max(line["high"]) == 55.5
    assert "lowest to the highest" in render_page("a", "", [ChartSection("c", [long])])
    short = Chart("a", "t", "x", "y", [Line("l", x[:1200], y[:1200])])
    assert "lowest to the highest" not in render_page("a", "", [ChartSection("c", [short])])


def test_columns_of_numbers_are_told_from_texts() -> None:
    rows = [["a", "1,234", "12 x", "0.5 ± 0.1", "-"], ["b", "5", "3", "0.25", "1e-3"]]
    text = render_page("a", "", [TableSection("t", list("vwxyz"), rows)])
    heads = re.findall(r'<th scope="col"( class="number short")?[^>]*>([v-z])<', text)
    assert [name for class_, name in heads if class_] == ["w", "y", "z"]


def test_a_matrix_says_counts_and_shares_and_shades_by_share() -> None:
    counts = [[99, 1, 0], [0, 0, 0], [1, 1, 2]]
    text = render_page("a", "", [MatrixSection("m", ["p", "q", "r"], counts, "true", "found")])
    cells = re.findall(
        r'<td class="shade-(\d+)( strong)?">([^<]*)(?:<small>([^<]*)</small>)?', text
    )
    assert [(int(shade), count, share) for shade, _, count, share in cells] == [
        *((10, "99", "99 %"), (1, "1", "1 %"), (0, "&middot;", "")),
        *((0, "&middot;", ""),) * 3,
        *((3, "1", "25 %"), (3, "1", "25 %"), (5, "2", "50 %")),
    ]


def test_links_lead_to_files_beside_the_page_whatever_their_names() -> None:
    text = render_page("a", "", [FilesSection("f", {"a:b #1.csv": "values", "best/x.json": "y"})])
    assert 'href="./a%3Ab%20%231.csv"' in text
    assert 'href="./best/x.json"' in text


def test_a_chart_has_its_picture_for_readers_without_scripts() -> None:
    chart = Chart("a", "The title", "x", "y", [LINE])
    text = render_page("a", "", [ChartSection("c", [chart], {"a": b"<svg/>"})])
    still = re.search(r"<noscript>(.*?)</noscript>", text)
    assert still is not None
    assert still[1] == '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="The title">'
