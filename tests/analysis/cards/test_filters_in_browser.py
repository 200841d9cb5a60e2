from pathlib import Path

import pytest

from .browser import PHONE, Browser

pytestmark = pytest.mark.browser


def option(browser: Browser, facet: str, value: str) -> None:
    browser.one(f"fieldset.{facet} input[value='{value}']").click()


def counts(browser: Browser, facet: str) -> list[str]:
    return browser.texts(f"fieldset.{facet} .count")


def test_each_filter_says_how_many_pictures_it_gives(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.texts("fieldset.kind .words") == ["missed", "wrong digit", "background"]
    assert counts(browser, "kind") == ["1", "2", "1"]
    assert counts(browser, "outcome") == ["3", "1"]
    assert counts(browser, "digit") == list("0011101210")


def test_filters_of_one_kind_add_and_of_two_kinds_narrow(browser: Browser, page: Path) -> None:
    browser.open(page)
    option(browser, "kind", "missed")
    assert browser.shown_ids() == [3]
    option(browser, "kind", "wrong_digit")
    assert browser.shown_ids() == [3, 1, 4]
    option(browser, "digit", "7")
    assert browser.shown_ids() == [1, 4]
    assert browser.status == "2 of 4 pictures"
    assert counts(browser, "kind") == ["0", "2", "1"]
    option(browser, "outcome", "right")
    assert browser.shown_ids() == []
    assert "Clear a filter" in browser.status
    assert counts(browser, "outcome") == ["2", "0"]
    browser.one("#clear").click()
    assert browser.shown_ids() == [3, 1, 4, 2]
    assert browser.run("return location.hash") == ""


def test_what_broke_the_number_is_a_filter(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.texts("fieldset.cause .words") == ["missed", "wrong digit"]
    option(browser, "cause", "missed")
    assert browser.shown_ids() == [3]


@pytest.mark.parametrize(
    ("words", "ids"),
    [("2", [1, 4, 2]), ("56", [3]), ("17", [1, 4]), ("A Photo", [3, 1, 4, 2]), ("none", [])],
)
def test_a_search_finds_an_id_a_number_and_a_file_name(
    browser: Browser, page: Path, words: str, ids: list[int]
) -> None:
    browser.open(page)
    browser.one("#search").send_keys(words)
    assert browser.shown_ids() == ids


def test_filters_survive_a_reload_and_are_in_the_link(browser: Browser, page: Path) -> None:
    browser.open(page)
    option(browser, "kind", "wrong_digit")
    browser.one("#search").send_keys("12")
    link = browser.run("return location.href")
    browser.driver.refresh()
    assert browser.shown_ids() == [1, 4]
    assert browser.one("#search").get_attribute("value") == "12"
    browser.open(page, hash_=link.partition("#")[1] + link.partition("#")[2])
    assert browser.one("input[value=wrong_digit]").is_selected()
    browser.run("location.hash = 'outcome=right'")
    browser.settle()
    assert browser.shown_ids() == [2]


@pytest.mark.parametrize("hash_", ["#kind=nonsense&page=-3&true=x", "#page=99", "#%E0%A4%A"])
def test_a_link_that_says_nonsense_shows_all(browser: Browser, page: Path, hash_: str) -> None:
    browser.open(page, hash_=hash_)
    assert browser.shown_ids() == [3, 1, 4, 2]
    assert browser.messages() == []


def test_pages_are_turned_and_filters_begin_at_the_first(
    browser: Browser, large_page: Path
) -> None:
    browser.open(large_page)
    browser.one("#next").click()
    assert browser.shown_ids()[0] == 49
    assert browser.one("#page").text == "Page 2 of 63"
    assert browser.focused.get_attribute("id") == "results"
    browser.driver.refresh()
    assert browser.shown_ids()[0] == 49
    option(browser, "kind", "missed")
    assert browser.status == "1,000 of 3,000 pictures, 1 to 48 shown"
    assert browser.shown_ids() == list(range(1, 144, 3))


def test_on_a_phone_the_filters_wait_folded(browser: Browser, page: Path) -> None:
    browser.open(page, size=PHONE)
    assert not browser.one("#search").is_displayed()
    browser.one("summary").click()
    option(browser, "kind", "missed")
    assert browser.shown_ids() == [3]
