"""Cards of two models, as a browser shows them."""

from pathlib import Path

import pytest
from analysis.comparison.made_models import made_model

from digitdet.analysis.cards import write_cards
from digitdet.analysis.comparison.cards import compare_cards
from digitdet.analysis.comparison.models import compare_models

from .browser import PHONE, Browser
from .making import write_picture

pytestmark = pytest.mark.browser
READINGS = [("12", "12", "12"), ("34", "35", "36"), ("78", "78", "7-"), ("90", "6-", "90")]


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of the pictures 3 (only old reads it), 4 (only new), 2 (neither), 1 (both)."""
    folder = tmp_path_factory.mktemp("two")
    picture = write_picture(folder / "photo.png")
    old = made_model("old", [(true, a) for true, a, _ in READINGS])
    new = made_model("new", [(true, b) for true, _, b in READINGS])
    comparison = compare_models(old, new, resamples=2)
    cards = compare_cards(old, new, comparison, [picture] * len(READINGS))
    return write_cards(cards, folder / "out", title="old and new")


def test_pictures_that_just_one_reads_come_first_and_have_a_filter(
    browser: Browser, two_models: Path
) -> None:
    browser.open(two_models)
    assert browser.shown_ids() == [3, 4, 2, 1]
    kinds = ["only old reads it", "only new reads it", "neither reads it", "both read it"]
    assert browser.texts("fieldset.kind .words") == kinds
    browser.one("fieldset.kind input[value='only old reads it']").click()
    assert browser.shown_ids() == [3]
    assert browser.messages() == []


def test_a_card_shows_both_numbers_and_whose_each_box_is(
    browser: Browser, two_models: Path
) -> None:
    browser.open(two_models)
    card = "li:nth-child(2) .card "
    assert browser.texts(card + "dt") == ["true", "A old", "B new"]
    assert browser.texts(card + "dd > .hidden") == ["90", "6", "90"]
    labels = [text.split() for text in browser.texts(card + "svg text")]
    assert ["A", "W", "6", ".90"] in labels
    assert ["B", "0", ".90"] in labels
    assert "wrong digit: 6 .90 by old" in browser.one(card + ".errors").text


def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, two_models: Path) -> None:
    browser.open(two_models, size=PHONE)
    assert browser.run("return document.documentElement.scrollWidth") <= PHONE[0]
