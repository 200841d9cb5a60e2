"""Pages of charts, in a real browser without a network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from analysis.cards.browser import DESKTOP, PHONE, Browser, start_browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from digitdet.analysis.charts.chart import Chart, Line
from digitdet.analysis.charts.page import render_page
from digitdet.analysis.charts.sections import ChartSection, MatrixSection, TableSection, TextSection

pytestmark = pytest.mark.browser

# Contrasts as WCAG 2.2 computes them, of each text with the nearest ground below it.
CONTRASTS = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d");
const parts = (color) => {  // of any notation, color-mix's too
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const luminance = (color) => {
  const [r, g, b] = parts(color).map((v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const ground = (e) => {
  const color = getComputedStyle(e).backgroundColor;
  return parts(color)[3] === 0 && e.parentElement ? ground(e.parentElement) : color;
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode()); ) {
  const e = node.parentElement;
  if (!node.data.trim() || !e.checkVisibility() || e.closest("script, noscript, option")) continue;
  const color = e.matches("text") ? getComputedStyle(e).fill : getComputedStyle(e).color;
  found.push([node.data, contrast(color, ground(e)), 4.5]);
}
for (const e of document.querySelectorAll(".line")) {
  found.push(["line", contrast(getComputedStyle(e).stroke, ground(e)), 3]);
}
return found;
"""


def _chart(name: str, count: int, points: int, *, has_points: bool) -> Chart:
    x = np.arange(1.0, points + 1)
    wave = 0.2 * np.sin(37.0 * x)
    lines = [Line(f"run {i}", x, 3 / (1 + x / points) + wave + i, i) for i in range(count)]
    return Chart(name, f"The {name}", "epoch" if has_points else "step", "loss", lines, has_points)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chart of 3 lines by epoch, the second missing at 4; chart of 30 lines with 10,000 points."""
    x = np.arange(1.0, 6)
    values = [[0.1, 0.2, 0.3, 0.4, 0.5], [1, 1, 1, np.nan, 1], [0.2, 0.3, 0.4, 0.5, 0.6]]
    lines = [Line(f"run {i}", x, np.array(y, float), i, marked=4) for i, y in enumerate(values)]
    few = Chart("few", "The few", "epoch", "mAP", lines)
    many = _chart("many", 30, 10_000, has_points=False)
    rough = _chart("rough", 2, 900, has_points=False)
    counts = [
        [max(0, 40 * (i == j) + (i * j) % 7 * (i + j) // 2) for j in range(11)] for i in range(11)
    ]
    rows = [["a", "text that is long " * 9, "1"]]
    sections = [
        ChartSection("Charts", [few, many, rough]),
        MatrixSection("Matrix", [*map(str, range(11))], counts, "true", "found"),
        TableSection("Table", ["x", "y", "z"], rows, "A note."),
        TextSection("Code", "x = 1\n" * 50, is_code=True, is_folded=True),
    ]
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(render_page("Title", "Intro.", sections), encoding="utf-8")
    return file


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_is_legible_and_asks_for_nothing(
    browser: Browser, page: Path, size: tuple[int, int], scheme: str
) -> None:
    browser.open(page, size=size)
    browser.emulate(prefers_color_scheme=scheme)
    browser.settle()
    assert browser.messages() == []
    assert [url for url in browser.requests() if not url.startswith(("data:", "about:"))] == [
        page.as_uri()
    ]
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]
    found = browser.run(CONTRASTS)
    assert len(found) > 150
    assert [(text, round(ratio, 2)) for text, ratio, least in found if ratio < least] == []


def test_lines_differ_in_dashes_and_markers_as_well_as_in_colour(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    looks = browser.run(
        "return [...document.querySelectorAll('figure')[1].querySelectorAll('.swatch')].map((e) => "
        "[e.querySelector('path').getAttribute('stroke-dasharray'), "
        "e.querySelector('.marker').getAttribute('points') ?? 'circle', "
        "getComputedStyle(e).color])"
    )
    assert len(looks) == 30
    assert len({(dashes, marker) for dashes, marker, _ in looks}) == 30
    assert len({color for *_, color in looks[:8]}) == 8


def _values(browser: Browser, figure: int = 0) -> list[str]:
    script = (
        "return [...document.querySelectorAll('figure')[arguments[0]].querySelectorAll('.value')]"
        ".map((e) => e.textContent)"
    )
    return browser.run(script, figure)


def test_values_are_read_by_keys_and_said(browser: Browser, page: Path) -> None:
    browser.open(page)
    plot = browser.one(".plot")
    assert _values(browser) == ["", "", ""]
    plot.send_keys(Keys.ARROW_RIGHT)
    assert _values(browser) == ["0.1", "1", "0.2"]
    plot.send_keys(Keys.END, Keys.ARROW_LEFT)
    assert _values(browser) == ["0.4", "\u2013", "0.5"]
    assert plot.get_attribute("aria-valuetext") == "epoch 4: run 0 0.4, run 2 0.5"
    assert plot.get_attribute("aria-valuenow") == "4"
    plot.send_keys(Keys.HOME, Keys.ARROW_LEFT)
    assert plot.get_attribute("aria-valuenow") == "1"
    plot.send_keys(Keys.ESCAPE)
    assert _values(browser) == ["", "", ""]


def test_values_are_read_by_the_pointer(browser: Browser, page: Path) -> None:
    browser.open(page)
    plot = browser.one(".plot")
    # To the right edge, where the last epoch is nearest.
    right = plot.size["width"] // 2 - 5
    ActionChains(browser.driver, duration=0).move_to_element_with_offset(plot, right, 0).perform()
    assert _values(browser) == ["0.5", "1", "0.6"]


def test_a_line_is_hidden_and_shown_by_its_button(browser: Browser, page: Path) -> None:
    browser.open(page)
    ticks = browser.texts("figure:first-of-type .axes text")
    button = browser.one(".legend button:nth-child(1)")
    hide = browser.all("figure:first-of-type .legend button")[1]
    hide.click()
    assert hide.get_attribute("aria-pressed") == "false"
    assert browser.count("figure:first-of-type .series") == 2
    assert browser.texts("figure:first-of-type .axes text") != ticks  # the axis fits what is shown
    browser.one(".plot").send_keys(Keys.END)
    assert _values(browser) == ["0.5", "", "0.6"]
    switch = browser.one("figure:first-of-type .switch")
    assert switch.text == "Show all"
    switch.click()
    assert browser.count("figure:first-of-type .series") == 3
    switch.click()
    assert browser.count("figure:first-of-type .series") == 0
    assert button.get_attribute("aria-pressed") == "false"


def test_values_of_epochs_are_a_table_too(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.one("details.values summary").click()
    browser.wait("return document.querySelector('details.values table') !== null")
    rows = [row.text.split() for row in browser.all("details.values tbody tr")]
    assert rows[3] == ["4", "0.4", "\u2013", "0.5"]
    assert len(rows) == 5


def test_smoothing_calms_a_line_and_can_be_left_out(browser: Browser, page: Path) -> None:
    browser.open(page)
    length = (
        "return document.querySelectorAll('figure')[2].querySelector('.line:not(.faint)')"
        ".getTotalLength()"
    )
    smooth = browser.run(length)
    select = browser.run("return document.querySelectorAll('figure')[2].querySelector('select')")
    select.send_keys("none")
    assert browser.run(length) > 3 * smooth
    assert browser.count("figure:nth-of-type(3) .faint") == 0


def test_smoothing_is_the_mean_of_what_is_around(browser: Browser, page: Path) -> None:
    """900 points with a window of 4 %: 37 around the middle, fewer at an end, 1 at the last."""
    browser.open(page)
    plot = browser.all(".plot")[2]
    plot.send_keys(Keys.END)
    x = np.arange(1.0, 901)
    y = 3 / (1 + x / 900) + 0.2 * np.sin(37.0 * x)
    assert float(_values(browser, 2)[0]) == pytest.approx(y[-1], rel=1e-3)
    plot.send_keys(Keys.PAGE_DOWN)  # a tenth, to point 810
    assert float(_values(browser, 2)[0]) == pytest.approx(y[809 - 18 : 809 + 19].mean(), rel=1e-3)


def test_thirty_long_lines_keep_their_extremes(browser: Browser, page: Path) -> None:
    browser.open(page)
    figure = "document.querySelectorAll('figure')[1]"
    assert browser.run(f"return {figure}.querySelectorAll('.series').length") == 30
    assert "1,200 points" in browser.one("#section-1").text
