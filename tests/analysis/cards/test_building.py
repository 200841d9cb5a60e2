from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.analysis.breaking import find_breakages
from digitdet.analysis.cards import Card, build_cards
from digitdet.analysis.cards.boxes import reading_threshold
from digitdet.analysis.cards.building import MOST_WEAK
from digitdet.analysis.errors import find_errors
from digitdet.evaluation.results import Result
from digitdet.readers import LeftToRightReader, LineReader

# Digit, place from the left, and score of a detection; a place of .5 lies between two digits.
Found = tuple[str, float, float]
READER = LeftToRightReader(score_threshold=0.3)


def boxes(places: Sequence[float]) -> torch.Tensor:
    return torch.tensor([[20 * x, 5, 20 * x + 14, 40] for x in places]).reshape(-1, 4).float()


def labels(digits: Sequence[str]) -> torch.Tensor:
    return torch.tensor([int(digit) + 1 for digit in digits], dtype=torch.int64)


def result(image_id: int, true: str, found: Sequence[Found], **target: Any) -> Result:
    """A picture of one number, and what was found in it."""
    found = sorted(found, key=lambda detection: -detection[2])
    prediction: Any = {
        "boxes": boxes([x for _, x, _ in found]),
        "labels": labels([digit for digit, _, _ in found]),
        "scores": torch.tensor([score for _, _, score in found]).float(),
    }
    values: Any = {
        "image_id": image_id,
        "boxes": boxes(range(len(true))),
        "labels": labels(true),
        "iscrowd": torch.zeros(len(true), dtype=torch.bool),
        "source": f"{image_id}.png",
    }
    return prediction, {**values, **target}


def build(*results: Result, reader: Any = READER) -> list[Card]:
    errors = find_errors(results, min_score=0.1)
    breakages = find_breakages(results, errors, reader)
    pictures = [Path(target["source"]) for _, target in results]
    return build_cards(results, errors, breakages, reader, pictures)


def shown(card: Card) -> list[tuple[str, str]]:
    """Text and kind of the boxes that are shown without being asked for."""
    return [(box.text, box.kind) for box in card.boxes if box.is_shown]


def test_no_pictures_give_no_cards() -> None:
    assert build() == []


def test_a_number_that_is_read_rightly_shows_what_was_read() -> None:
    [card] = build(result(8, "17", [("1", 0, 0.9), ("7", 1, 0.8)]))
    assert (card.image_id, card.picture, card.true, card.verdict) == (
        8,
        Path("8.png"),
        "17",
        "right",
    )
    [reading] = card.readings
    assert (reading.text, reading.is_right) == ("17", True)
    assert reading.confidence == pytest.approx(0.72)
    assert shown(card) == [("1 .90", "right"), ("7 .80", "right")]
    assert (card.kinds, card.digits, card.causes) == ((), "17", ())
    assert [box.text for box in card.boxes if box.kind == "truth"] == ["1", "7"]


def test_a_wrong_digit_is_shown_beside_the_true_one_and_named_as_what_broke_the_number() -> None:
    [card] = build(result(1, "173", [("1", 0, 0.9), ("4", 1, 0.8), ("3", 2, 0.99)]))
    assert card.verdict == "1 wrong digit"
    assert shown(card)[0] == ("7", "truth")
    assert ("4 .80", "wrong_digit") in shown(card)
    assert [box.text for box in card.boxes if box.breaks] == ["4 .80"]
    assert (card.kinds, card.digits, card.causes) == (("wrong_digit",), "47", ("wrong_digit",))


def test_a_missed_digit_is_a_true_box_that_broke_the_number() -> None:
    [card] = build(result(1, "71", [("1", 1, 1.0)]))
    assert card.verdict == "1 digit missing"
    assert shown(card) == [("7", "missed"), ("1 1.00", "right")]
    assert [box.text for box in card.boxes if box.breaks] == ["7"]
    assert (card.kinds, card.digits, card.causes) == (("missed",), "7", ("missed",))


def test_nothing_found_and_nothing_to_find() -> None:
    nothing, empty = build(result(1, "17", []), result(2, "", []))
    assert (nothing.image_id, nothing.verdict, nothing.readings[0].text) == (1, "nothing read", "")
    assert (empty.image_id, empty.true, empty.verdict, empty.boxes) == (2, "", "right", ())


def test_errors_that_score_less_than_what_was_read_wait_until_asked_for() -> None:
    weak = [("4", 5 + place, 0.2) for place in range(MOST_WEAK + 6)]
    [card] = build(result(1, "17", [("1", 0, 0.9), ("7", 1, 0.8), *weak]))
    assert shown(card) == [("1 .90", "right"), ("7 .80", "right")]
    assert [box.kind for box in card.boxes if not box.is_shown].count("background") == MOST_WEAK
    assert (card.num_hidden, card.kinds) == (6, ())


def test_of_a_digit_that_was_not_read_the_best_detection_is_shown() -> None:
    [card] = build(result(1, "17", [("1", 0, 0.9), ("7", 1, 0.2), ("4", 1, 0.15)]))
    assert shown(card) == [("1 .90", "right"), ("7 .20", "right")]
    assert [box.is_read for box in card.boxes if box.is_shown] == [True, False]


def test_further_numbers_of_a_picture_are_told() -> None:
    numbers = torch.tensor([0, 0, 1])
    found = [("1", 0, 0.9), ("7", 1, 0.9), ("3", 6, 0.9)]
    target = dict(numbers=numbers, boxes=boxes([0, 1, 6]))
    [card] = build(result(1, "173", found, **target), reader=LineReader())
    assert (card.true, card.other_true) == ("17", ("3",))
    assert (card.readings[0].text, card.readings[0].others) == ("17", ("3",))
    assert card.verdict == "right"


def test_the_worst_comes_first() -> None:
    cards = build(
        result(1, "17", [("1", 0, 0.9), ("7", 1, 0.9)]),
        result(2, "17", [("1", 0, 0.5), ("7", 1, 0.5)]),
        result(3, "17", [("1", 0, 0.5), ("4", 1, 0.5)]),
        result(4, "17", [("1", 0, 0.9), ("4", 1, 0.9)]),
        result(5, "17", [("3", 0, 0.4), ("4", 1, 0.4)]),
    )
    assert [card.image_id for card in cards] == [4, 3, 5, 2, 1]


def test_the_order_of_true_digits_may_be_by_left_edge() -> None:
    pair = result(1, "71", [("1", 0, 0.9), ("7", 1, 0.9)], boxes=boxes([1, 0]))
    errors = find_errors([pair])
    arguments = (errors, find_breakages([pair], errors, READER), READER, [Path("a.png")])
    by_file, by_left = (build_cards([pair], *arguments, truth=t)[0] for t in ("file", "left"))
    assert (by_file.verdict, by_left.verdict) == ("digits in another order", "right")


def test_as_many_of_each_are_needed() -> None:
    pair = result(1, "1", [])
    errors = find_errors([pair])
    breakages = find_breakages([pair], errors, READER)
    with pytest.raises(ValueError, match="shorter"):
        build_cards([pair], errors, breakages, READER, [])


def test_a_reader_that_does_not_tell_its_threshold_is_taken_to_look_from_one_half_on() -> None:
    assert reading_threshold(lambda _: []) == 0.5
    assert reading_threshold(LeftToRightReader(score_threshold=0.0)) == 0.0
