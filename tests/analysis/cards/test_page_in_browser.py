from pathlib import Path

import pytest

from digitdet.analysis.cards import Reading, write_cards

from .browser import DESKTOP, PHONE, Browser
from .making import found_box, make_card, right_card, true_box, write_picture

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=\"window.broken = 'yes'\">"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_page_opens_offline_without_a_message_or_a_request_to_anywhere(
    browser: Browser, page: Path, size: tuple[int, int]
) -> None:
    browser.open(page, size=size)
    assert browser.status == "4 of 4 pictures"
    assert browser.shown_ids() == [3, 1, 4, 2]
    assert browser.messages() == []
    browser.wait("return document.images[0].naturalWidth")
    requests = browser.requests()
    assert any(address.endswith("cards/1.png") for address in requests)
    assert all(address.startswith("file:") for address in requests)


@pytest.mark.parametrize("size", [DESKTOP, PHONE, (320, 600)])
def test_nothing_scrolls_sideways(browser: Browser, page: Path, size: tuple[int, int]) -> None:
    browser.open(page, size=size)
    browser.run("document.getElementById('panel').open = true")
    width, room = browser.run(
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )
    assert width == room


def test_a_page_without_cards_says_so(browser: Browser, tmp_path: Path) -> None:
    browser.open(write_cards([], tmp_path, title="None"))
    assert browser.status.startswith("0 of 0 pictures")
    assert browser.messages() == []


def test_hostile_texts_stand_there_as_texts(browser: Browser, tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "pictures" / "<img src=x onerror=alert(1)>.png")
    card = make_card(picture, verdict=HOSTILE, causes=(HOSTILE,), kinds=(HOSTILE,))
    browser.open(write_cards([card], tmp_path, title=HOSTILE, intro=HOSTILE))
    assert browser.run("return window.broken") is None
    assert browser.texts("h1") == [HOSTILE]
    assert HOSTILE in browser.texts(".verdict")[0]
    assert picture.name in browser.texts(".id")[0]
    assert browser.count("img") == 1
    assert browser.messages() == []


def test_the_policy_stops_a_script_that_got_into_the_page(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run(
        "const script = document.createElement('script');"
        "script.textContent = 'window.broken = 1'; document.body.append(script);"
    )
    assert browser.run("return window.broken") is None
    assert any("Content Security Policy" in message for message in browser.messages())


def test_a_card_says_in_words_what_its_picture_shows(browser: Browser, page: Path) -> None:
    browser.open(page)
    alternatives = browser.run("return [...document.images].map((image) => image.alt)")
    assert alternatives[1] == "Photograph 1: read 17, true 12; 1 wrong digit."
    assert browser.texts(".verdict")[3] == "✓right"
    assert browser.texts(".errors li")[:2] == [
        "Mmissed: 6, broke the number",
        "Wwrong digit: 7 .93, broke the number",
    ]


def test_the_digits_that_differ_are_marked(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.texts(".card .differs") == ["7", "7"]
    assert browser.count("#cards > li:first-child .lacking") == 1
    assert browser.count(".card.right .differs") == 0


def test_boxes_lie_where_they_are_in_the_photograph(browser: Browser, page: Path) -> None:
    browser.open(page)
    photo, lines = browser.run(
        "const card = document.querySelector('#card-1').parentElement;"
        "const sides = (e) => { const r = e.getBoundingClientRect();"
        " return [r.left, r.top, r.right, r.bottom]; };"
        "return [sides(card.querySelector('img')),"
        " [...card.querySelectorAll('.found .line')].map(sides)]"
    )
    scale = (photo[2] - photo[0]) / 104
    assert (photo[3] - photo[1]) / 47 == pytest.approx(scale, rel=0.01)
    expected = [3, 6, 18, 41]  # of the digit 1, in pixels of the photograph
    found = [(side - photo[i % 2]) / scale for i, side in enumerate(lines[0])]
    assert found == pytest.approx(expected, abs=1)


def test_true_and_found_boxes_are_switched_on_and_off(browser: Browser, page: Path) -> None:
    browser.open(page)
    count = browser.count
    assert (count("g.truth:not(.label)"), count("g.found:not(.label)")) == (3, 7)
    assert browser.count("g.weak") == 0
    browser.one("#true option[value=all]").click()
    browser.one("#found option[value=all]").click()
    assert (count("g.truth:not(.label)"), count("g.found:not(.label)")) == (8, 9)
    assert browser.count("g.weak:not(.label)") == 2
    browser.one("#true option[value=none]").click()
    browser.one("#found option[value=none]").click()
    assert browser.count("svg.overlay > *") == 0
    assert browser.run("return location.hash") == "#true=none&found=none"


def test_cards_are_made_large_where_there_is_room(browser: Browser, page: Path) -> None:
    width = "return document.querySelector('.frame').getBoundingClientRect().width"
    browser.open(page)
    small = browser.run(width)
    browser.one("#size option[value=large]").click()
    assert browser.run(width) > 1.5 * small
    assert browser.run("return location.hash") == "#size=large"
    browser.resize(*PHONE)
    assert browser.run("return document.querySelector('svg.overlay').viewBox.baseVal.width") == 320
    assert not browser.one("#size").is_displayed()


def test_detections_that_are_not_drawn_are_counted(browser: Browser, tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "pictures" / "a.png")
    browser.open(write_cards([make_card(picture, num_hidden=40)], tmp_path, title="Cards"))
    text = browser.one(".total").text
    assert text == "43 detections, 41 weak, 40 of these never drawn"


def test_two_models_are_told_apart_by_name_letter_and_line(
    browser: Browser, tmp_path: Path
) -> None:
    picture = write_picture(tmp_path / "pictures" / "a.png")
    readings = (Reading("old", "17", 0.7, is_right=False), Reading("new", "12", 0.9, is_right=True))
    boxes = (true_box(1, "2"), found_box(1, "7", "wrong_digit"), found_box(1, "2", reading=1))
    kinds = ("only new reads it",)
    card = make_card(picture, readings=readings, boxes=boxes, kinds=kinds)
    other = right_card(picture, 2, readings=readings, kinds=("both read it",))
    browser.open(write_cards([card, other], tmp_path, title="Two models"))
    assert browser.texts("#card-1 ~ .numbers dt") == ["true", "A old", "B new"]
    labels = browser.texts("#card-1 ~ .frame text")
    assert sorted(labels) == ["2", "A W 7 .93", "B 2 .93"]
    assert browser.texts("#card-1 ~ .errors li") == ["Wwrong digit: 7 .93 by old"]
    assert browser.count("fieldset.outcome") == 0
    dashes = browser.run(
        "return [...document.querySelectorAll('#card-1 ~ .frame .found .line')]"
        ".map((line) => getComputedStyle(line).strokeDasharray)"
    )
    assert len(set(dashes)) == 2
    browser.one("fieldset.kind input[value='only new reads it']").click()
    assert browser.shown_ids() == [1]


def test_a_large_page_holds_few_elements_and_loads_the_pictures_that_are_seen(
    browser: Browser, large_page: Path
) -> None:
    browser.open(large_page, size=PHONE)
    assert browser.status == "3,000 of 3,000 pictures, 1 to 48 shown"
    assert browser.count("*") < 3000
    loaded = "return [...document.images].filter((image) => image.naturalWidth).length"
    assert browser.run("return document.images.length") == 48
    browser.wait("return document.images[0].naturalWidth")
    assert browser.run(loaded) < 48
    sizes = "return [...document.images].every((i) => i.width > 0 && i.getAttribute('height'))"
    assert browser.run(sizes)
    height = browser.run("return document.body.scrollHeight")
    browser.run("document.querySelector('#cards > li:last-child img').scrollIntoView()")
    browser.wait("return [...document.images].at(-1).naturalWidth === 104")
    assert browser.run("return document.body.scrollHeight") == height
