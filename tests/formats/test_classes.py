"""Mapping of class names to digits."""

from pathlib import Path

import pytest

from digitdet.formats.classes import map_classes, parse_classes
from digitdet.formats.pictures import Box, Collection, Picture


def _found(*names: str, classes: set[str] | None = None) -> Collection:
    boxes = tuple(Box(name, (0, 0, 1, 1)) for name in names)
    picture = Picture(Path("1.png"), "train", "1.png", (4, 4), boxes)
    return Collection([picture], classes or set())


def _names(found: Collection) -> list[str]:
    return [box.name for picture in found.pictures for box in picture.boxes]


def test_nothing_is_mapped_to_nothing() -> None:
    assert parse_classes([]) == {}
    assert _names(map_classes(_found(), {})) == []


def test_digits_map_by_themselves_and_others_as_told() -> None:
    found = _found("3", "zero", "a=b", "3")
    classes = parse_classes(["zero=0", "a=b=9", " three = 3 "])
    del classes["three"]
    assert _names(map_classes(found, classes)) == ["3", "0", "9", "3"]


def test_a_digit_may_be_mapped_to_another_where_told() -> None:
    assert _names(map_classes(_found("1", "10"), {"1": "2", "10": "0"})) == ["2", "0"]


def test_unmapped_classes_are_refused_with_all_of_them_and_the_option() -> None:
    message = r"'nine' \(2 boxes\), 'plate' \(1 boxes\); .*--classes nine=DIGIT plate=DIGIT"
    with pytest.raises(ValueError, match=message):
        map_classes(_found("nine", "1", "plate", "nine"), {})


def test_a_class_that_no_box_has_needs_no_digit() -> None:
    assert _names(map_classes(_found("1", classes={"1", "digits"}), {})) == ["1"]


def test_a_mapped_name_that_is_no_class_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"no class 'zro' among \['1', 'zero'\]; did you mean"):
        map_classes(_found("zero", "1"), {"zro": "0"})


@pytest.mark.parametrize("option", ["zero", "=0", "zero=", "zero=10", "zero=x"])
def test_options_of_another_form_are_refused(option: str) -> None:
    with pytest.raises(ValueError, match="--classes takes NAME=DIGIT"):
        parse_classes([option])


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="names 'zero' twice"):
        parse_classes(["zero=0", "zero=1"])
