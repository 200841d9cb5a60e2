import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from digitdet.analysis.cards import Reading, write_cards
from digitdet.analysis.cards.page import MARK

from .making import make_card, missed_card, right_card, write_picture

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028&amp;{{data}}"


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: dict[str, str] = {}
        self.policy = self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.open = found.get("id") or tag
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.open = ""

    def handle_data(self, data: str) -> None:
        self.texts[self.open] = self.texts.get(self.open, "") + data


def data_of(page: Path) -> dict[str, Any]:
    return json.loads(Page(page.read_text("utf-8")).texts["data"])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "pictures" / "7.png")


def test_a_page_without_cards_is_written_too(tmp_path: Path) -> None:
    page = write_cards([], tmp_path / "out", title="None")
    assert page == tmp_path / "out" / "cards.html"
    assert data_of(page)["cards"] == []
    assert [file.name for file in (tmp_path / "out" / "cards").iterdir()] == [MARK]


def test_cards_are_written_the_worst_first_whatever_their_order(
    tmp_path: Path, picture: Path
) -> None:
    cards = [right_card(picture, 5), make_card(picture, 6), missed_card(picture, 7)]
    data = data_of(write_cards(cards, tmp_path, title="Cards"))
    assert [card[0] for card in data["cards"]] == [7, 6, 5]
    assert [card[2] for card in data["cards"]] == ["1.png", "2.png", "3.png"]


def test_the_page_holds_what_a_card_says(tmp_path: Path, picture: Path) -> None:
    reading = Reading("", "17", 0.71, is_right=False, others=("8",))
    card = make_card(picture, 9, readings=(reading,), other_true=("8", "90"), num_hidden=40)
    data = data_of(write_cards([card], tmp_path, title="Cards"))
    image_id, name, file, width, height, true, others, readings, verdict, *rest = data["cards"][0]
    kinds, digits, causes, hidden, boxes = rest
    assert (image_id, name, file, width, height) == (9, "7.png", "1.png", 104, 47)
    assert (true, others, readings) == ("12", ["8", "90"], [["17", 0.71, 0, ["8"]]])
    assert data["verdicts"][verdict] == "1 wrong digit"
    assert [data["kinds"][kind]["name"] for kind in kinds] == ["wrong_digit"]
    assert [data["causes"][cause] for cause in causes] == ["wrong digit"]
    assert (digits, hidden) == ("27", 40)
    assert boxes[3][:5] == [23, 6, 38, 41, "7 .93"]
    assert data["boxKinds"][boxes[3][5]]["letter"] == "W"
    assert [box[6] for box in boxes] == [0, 4, 6, 7, 0]


def test_kinds_of_error_stand_in_their_order_before_words_of_others(
    tmp_path: Path, picture: Path
) -> None:
    cards = [
        make_card(picture, 1, kinds=("only A reads it", "background")),
        make_card(picture, 2, kinds=("missed",)),
    ]
    data = data_of(write_cards(cards, tmp_path, title="Cards"))
    assert [kind["name"] for kind in data["kinds"]] == ["missed", "background", "only A reads it"]


def test_no_text_breaks_out_of_the_page(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "pictures" / "<img src=x onerror=alert(2)>.png")
    card = make_card(picture, verdict=HOSTILE, kinds=(HOSTILE,), causes=(HOSTILE,), true=HOSTILE)
    page = write_cards([card], tmp_path, title=HOSTILE, intro=f"{HOSTILE}\n\nsecond line")
    text = page.read_text("utf-8")
    clean = write_cards([make_card(picture)], tmp_path, title="a", intro="b\nc").read_text("utf-8")
    assert Page(text).tags == Page(clean).tags
    assert Page(text).texts["h1"].strip() == HOSTILE
    data = json.loads(Page(text).texts["data"])
    assert data["verdicts"] == [data["kinds"][0]["name"]] == [HOSTILE]
    assert data["cards"][0][1] == picture.name
    assert sorted(file.name for file in (tmp_path / "cards").iterdir()) == [MARK, "1.png"]


def test_a_path_that_is_no_text_may_stand_in_the_title(tmp_path: Path) -> None:
    page = write_cards([], tmp_path, title="Readings of caf\udce9.json")
    assert "Readings of caf\\udce9.json" in page.read_text("utf-8")


def test_the_policy_allows_the_page_its_own_style_and_script_alone(tmp_path: Path) -> None:
    page = Page(write_cards([], tmp_path, title="Cards").read_text("utf-8"))
    assert page.policy.startswith("default-src 'none'")
    assert "unsafe" not in page.policy
    for name in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.texts[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in page.policy


def test_the_page_names_no_other_host_and_no_file_but_its_pictures(
    tmp_path: Path, picture: Path
) -> None:
    text = write_cards([make_card(picture)], tmp_path, title="Cards").read_text("utf-8")
    assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<link|@import|url\(|src=", text)


def test_the_pictures_of_an_earlier_run_are_gone(tmp_path: Path, picture: Path) -> None:
    write_cards([make_card(picture, 1), make_card(picture, 2)], tmp_path, title="First")
    write_cards([make_card(picture, 3)], tmp_path, title="Second")
    assert sorted(file.name for file in (tmp_path / "cards").iterdir()) == [MARK, "1.png"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cards", "cards.html", "pictures"]


def test_a_folder_of_someone_else_is_left_alone(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "mine.txt").write_text("keep")
    with pytest.raises(ValueError, match="cards: was not written by an earlier run"):
        write_cards([make_card(picture)], tmp_path, title="Cards")
    assert [file.name for file in (tmp_path / "cards").iterdir()] == ["mine.txt"]
    assert not (tmp_path / "cards.html").exists()


def test_a_link_named_cards_is_not_followed(tmp_path: Path, picture: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write_cards([make_card(picture)], elsewhere, title="Cards")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cards").symlink_to(elsewhere / "cards")
    with pytest.raises(ValueError, match="was not written by an earlier run"):
        write_cards([], tmp_path / "out", title="Cards")
    assert (elsewhere / "cards" / "1.png").is_file()


def test_a_picture_that_is_missing_leaves_the_earlier_page_whole(
    tmp_path: Path, picture: Path
) -> None:
    page = write_cards([make_card(picture)], tmp_path, title="First")
    with pytest.raises(FileNotFoundError, match=r"gone\.png"):
        write_cards([make_card(picture.with_name("gone.png"))], tmp_path, title="Second")
    assert "<h1>First" in page.read_text("utf-8")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cards", "cards.html", "pictures"]
