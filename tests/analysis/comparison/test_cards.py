"""Reading cards of two models."""

from pathlib import Path

import pytest

from digitdet.analysis.cards import Card
from digitdet.analysis.comparison.cards import compare_cards
from digitdet.analysis.comparison.models import compare_models

from .made_models import made_model

READINGS = {  # true number -> what a and b find
    "12": ("12", "12"),
    "34": ("35", "36"),
    "56": ("5-", "5-"),
    "78": ("78", "7-"),
    "90": ("6-", "90"),
}


@pytest.fixture
def cards() -> dict[str, Card]:
    """The cards by their true number, in their order."""
    a = made_model("old", [(true, found[0]) for true, found in READINGS.items()])
    b = made_model("new", [(true, found[1]) for true, found in READINGS.items()])
    comparison = compare_models(a, b, resamples=2)
    pictures = [Path(f"{number}.png") for number in range(1, 6)]
    return {card.true: card for card in compare_cards(a, b, comparison, pictures)}


def test_pictures_that_just_one_reads_come_first_then_those_read_differently(
    cards: dict[str, Card],
) -> None:
    assert list(cards) == ["78", "90", "34", "56", "12"]
    badness = [card.badness for card in cards.values()]
    assert badness == sorted(badness, reverse=True)


def test_each_card_says_which_model_reads_it(cards: dict[str, Card]) -> None:
    assert {true: card.kinds for true, card in cards.items()} == {
        "12": ("both read it",),
        "34": ("neither reads it",),
        "56": ("neither reads it",),
        "78": ("only old reads it",),
        "90": ("only new reads it",),
    }


def test_each_card_holds_its_picture_and_both_readings(cards: dict[str, Card]) -> None:
    assert [cards[true].picture.name for true in READINGS] == [f"{n}.png" for n in range(1, 6)]
    for true, found in READINGS.items():
        readings = cards[true].readings
        assert [reading.name for reading in readings] == ["old", "new"]
        assert [reading.text for reading in readings] == [one.strip("-") for one in found]
        assert [reading.is_right for reading in readings] == [one == true for one in found]


def test_verdicts_say_how_each_reading_differs(cards: dict[str, Card]) -> None:
    assert cards["12"].verdict == "both: right"
    assert cards["56"].verdict == "both: 1 digit missing"
    assert cards["78"].verdict == "old: right; new: 1 digit missing"


def test_the_cause_of_each_wrong_reading_is_told_with_its_model(cards: dict[str, Card]) -> None:
    assert {true: cards[true].causes for true in READINGS} == {
        "12": (),
        "34": ("old: wrong digit", "new: wrong digit"),
        "56": ("old: missed", "new: missed"),
        "78": ("new: missed",),
        "90": ("old: several kinds together",),
    }


def test_true_boxes_are_there_once_and_found_ones_belong_to_their_model(
    cards: dict[str, Card],
) -> None:
    for true, found in READINGS.items():
        boxes = cards[true].boxes
        is_true = [box.kind in ("truth", "missed") for box in boxes]
        assert "".join(b.digit for b, one in zip(boxes, is_true, strict=True) if one) == true
        for model, digits in enumerate(found):
            own = [b for b, one in zip(boxes, is_true, strict=True) if not one]
            read = "".join(sorted(box.digit for box in own if box.reading == model))
            assert read == "".join(sorted(digits.strip("-")))


def test_a_missed_digit_says_which_model_missed_it(cards: dict[str, Card]) -> None:
    def missed(true: str) -> list[str]:
        return [box.text for box in cards[true].boxes if box.kind == "missed"]

    assert missed("12") == []
    assert missed("56") == ["6"]
    assert missed("78") == ["8 B"]
    assert missed("90") == ["0 A"]
    assert [box.breaks for box in cards["78"].boxes if box.kind == "missed"] == [True]
