from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from .browser import Browser

pytestmark = pytest.mark.browser


def focused_id(browser: Browser) -> int | None:
    """The picture id of the card that has the focus."""
    heading = browser.run("return document.activeElement.querySelector(':scope > h3')?.id")
    return int(heading.removeprefix("card-")) if heading else None


def focused_name(browser: Browser) -> str:
    return browser.run(
        "const e = document.activeElement;"
        "return e.id || e.value || (e.matches('.card') ? 'card' : e.tagName.toLowerCase())"
    )


def test_the_tab_key_goes_from_top_to_bottom_and_reaches_all(browser: Browser, page: Path) -> None:
    browser.open(page)
    names = []
    for _ in range(27):
        browser.press(Keys.TAB)
        names.append(focused_name(browser))
    facets = ["wrong", "right", "missed", "wrong_digit", "background", "missed", "wrong digit"]
    before, after = ["skip", "summary", "search"], ["true", "found", "size", "clear", "help-button"]
    assert names[: 3 + 7 + 10 + 5 + 1] == [*before, *facets, *"0123456789", *after, "card"]


def test_where_the_focus_is_can_be_seen(browser: Browser, page: Path) -> None:
    browser.open(page)
    for _ in range(26):
        browser.press(Keys.TAB)
        width = "return parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        assert browser.run(width) >= 2, focused_name(browser)


def test_the_first_link_skips_the_filters_and_keeps_them(browser: Browser, page: Path) -> None:
    browser.open(page, hash_="#kind=wrong_digit")
    browser.press(Keys.TAB, Keys.ENTER)
    assert focused_name(browser) == "results"
    browser.press(Keys.TAB)
    assert focused_id(browser) == 1
    assert browser.run("return location.hash") == "#kind=wrong_digit"


def test_a_filter_is_set_by_keys_alone(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(*[Keys.TAB] * 6, Keys.SPACE)
    assert browser.shown_ids() == [3]
    assert focused_name(browser) == "missed"
    browser.press(Keys.SPACE)
    assert len(browser.shown_ids()) == 4


def test_j_and_k_go_from_card_to_card(browser: Browser, page: Path) -> None:
    browser.open(page)
    visited = []
    for key in "jjjkkkk":
        browser.press(key)
        visited.append(focused_id(browser))
    assert visited == [3, 1, 4, 1, 3, 3, 3]


def test_j_goes_on_to_the_next_page_and_k_back(browser: Browser, large_page: Path) -> None:
    browser.open(large_page)
    browser.press("j")
    browser.press(*"j" * 48)
    assert focused_id(browser) == 49
    browser.press("k")
    assert focused_id(browser) == 48
    browser.press("n")
    assert browser.shown_ids()[0] == 49
    browser.press("p")
    assert browser.shown_ids()[0] == 1


def test_letters_typed_in_a_field_stay_letters(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("/")
    assert focused_name(browser) == "search"
    browser.press(*"jt?/n")
    assert browser.one("#search").get_attribute("value") == "jt?/n"
    assert not browser.one("#help").is_displayed()
    browser.press(Keys.ESCAPE)
    assert focused_name(browser) == "results"


def test_help_opens_and_closes_and_gives_the_focus_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("j", "?")
    assert browser.one("#help").is_displayed()
    assert "W" in browser.texts("#signs th")
    browser.press(Keys.ESCAPE)
    assert not browser.one("#help").is_displayed()
    assert focused_id(browser) == 3


def test_boxes_are_switched_by_keys(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("t")
    assert browser.one("#true").get_attribute("value") == "all"
    browser.press("f", "f")
    assert browser.count("g.found") == 0
    browser.press("f")
    assert browser.one("#found").get_attribute("value") == "errors"


def test_keys_can_be_turned_off(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("?")
    browser.one("#keys").click()
    browser.press(Keys.ESCAPE, "j")
    assert focused_id(browser) is None
    browser.driver.refresh()
    browser.press("j")
    assert focused_id(browser) is None


def test_keys_with_ctrl_are_the_browser_s(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press_with(Keys.CONTROL, "j")
    assert focused_id(browser) is None
