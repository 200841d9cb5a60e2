"""A report in a real browser without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from analysis.cards.browser import DESKTOP, PHONE, Browser, start_browser
from analysis.report.made_best import make_best
from analysis.runs.made_runs import make_run

from digitdet.analysis.report import write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "run"
    command = ["python", "tools/train.py", "configs/experiments/with_a_long_name.py", "--resume"]
    session = {"outcome": "finished", "seconds": 60.0, "command": command, "device": "cpu"}
    figures = {
        "map": [0.1, 0.3, 0.2],
        "number_accuracy": [0.5, 0.25, 0.75],
        "ap_3": [0.1, 0.2, 0.3],
    }
    make_run(folder, figures=figures, sessions=[session], metric="number_accuracy")
    make_best(folder, layout / "valid.json", layout / "valid")
    return write_report(folder)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_report_opens_from_disk_fits_and_shows_every_picture(
    browser: Browser, report: Path, size: tuple[int, int]
) -> None:
    browser.open(report, size=size)
    assert browser.messages() == []
    assert [url for url in browser.requests() if url.startswith(("http", "file"))] == [
        report.as_uri()
    ]
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]
    widths = browser.run("return [...document.images].map((image) => image.naturalWidth)")
    assert len(widths) == 4
    assert min(widths) > 0
    assert browser.count("figure.chart .plot svg .series") == 5


def test_a_report_is_read_without_javascript_too(browser: Browser, report: Path) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get("about:blank")
        browser.driver.get(report.as_uri())
        stills = browser.all("figure.chart img")
        assert [still.get_attribute("alt") for still in stills] == [
            "training loss, mean of each epoch",
            "validation: number accuracy",
            "validation: mAP, IoU .50:.95",
        ]
        assert all(still.is_displayed() for still in stills)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
