"""Checks of categories, and what shows how they are meant."""

from pathlib import Path
from typing import Any

import pytest

from digitdet.checks.category_checks import check_categories, find_labels, swap
from digitdet.checks.fixes import fix_splits
from digitdet.checks.records import Split


def _split(ids: list[int], categories: list[Any] | None = None) -> Split:
    """A picture with a box for each category id."""
    usual = [{"id": digit + 1, "name": str(digit)} for digit in range(10)]
    return Split(
        "digits",
        "digits.json",
        Path(),
        images=[{"id": 1, "file_name": "1.png", "width": 2000, "height": 50}],
        annotations=[
            {"id": p, "image_id": 1, "bbox": [20 * p, 5, 10, 20], "category_id": category}
            for p, category in enumerate(ids)
        ],
        categories=usual if categories is None else categories,
    )


def _codes(split: Split) -> list[str]:
    return [problem.code for problem in check_categories(split)]


def test_no_boxes_and_no_categories() -> None:
    assert _codes(_split([])) == []
    assert _codes(_split([], [])) == ["categories_unusable"]


@pytest.mark.parametrize(
    "categories",
    [
        [None],
        [{"id": 1}],
        [{"id": 1, "name": "one"}],
        [{"id": "1", "name": "0"}],
        [{"id": 1, "name": "0"}, {"id": 2, "name": "0"}],
        [{"id": 1, "name": "0"}, {"id": 1, "name": "1"}],
        [{"id": 1, "name": "9" * 5000}],
        [{"id": None, "name": "5"}],
    ],
)
def test_categories_without_meaning_are_unusable(categories: list[Any]) -> None:
    assert _codes(_split([1], categories)) == ["categories_unusable"]


SWAPPED = [{"id": digit, "name": str(digit + 1)} for digit in range(10)]


def test_swapped_categories_are_told_by_a_box_of_id_10() -> None:
    assert _codes(_split([1, 10], SWAPPED)) == ["categories_swapped"]
    assert find_labels(_split([1, 10], SWAPPED)) == {i: i for i in range(1, 11)}


def test_without_one_they_could_be_labels_of_svhn() -> None:
    assert _codes(_split([1, 9], SWAPPED)) == ["categories_unusable"]
    assert find_labels(_split([1, 9], SWAPPED)) == {}


def test_categories_that_are_no_pairs_of_integers_are_not_swapped() -> None:
    assert swap([{"id": 0, "name": "1"}]) == [{"id": 1, "name": "0"}]
    assert swap([{"id": 0, "name": "one"}]) == swap([None]) == []


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([0] + [3] * 49, "ids_are_digits"),
        ([0] + [3] * 48, "category_zero"),  # too few boxes
        ([0] + [3] * 48 + [10], "category_zero"),  # a 9 by the file's own ids
        ([0] + [3] * 48 + [11], "category_zero"),
        ([0] + [3] * 100, "category_zero"),  # zeros too rare
    ],
)
def test_digits_as_ids_are_told_by_the_whole_file(ids: list[int], code: str) -> None:
    assert _codes(_split(ids))[0] == code


def test_a_zero_is_left_where_nothing_shows_that_ids_are_digit_plus_1() -> None:
    _, changes, problems = fix_splits([_split([0, 3, 4])])
    assert changes == []
    assert [problem.code for problem in problems] == ["category_zero"]


def test_a_missing_category_is_added_before_boxes_of_it_are_judged() -> None:
    categories = [{"id": digit + 1, "name": str(digit)} for digit in range(9)]
    split = _split([1, 10], categories)
    assert _codes(split) == ["category_missing", "unknown_category"]
    (fixed,), _, problems = fix_splits([split])
    assert problems == []
    assert fixed.categories[-1] == {"id": 10, "name": "9"}
    assert fixed.annotations == split.annotations


def test_in_a_file_of_other_ids_an_unknown_one_is_not_taken_for_a_missing_digit() -> None:
    categories = [{"id": digit, "name": str(digit)} for digit in range(9)]
    (fixed,), changes, _ = fix_splits([_split([0, 1, 10], categories)])
    assert fixed.annotations == []
    assert "dropped the picture" in changes[0].change


def test_an_id_10_without_0_in_a_file_of_digits_puts_all_in_doubt() -> None:
    """Ids may be digit + 1, or SVHN's own: renumbering would teach wrong digits."""
    categories = [{"id": digit, "name": str(digit)} for digit in range(10)]
    split = _split([1, 9, 10], categories)
    (fixed,), changes, problems = fix_splits([split])
    assert changes == []
    assert fixed == split
    assert [problem.code for problem in problems] == ["ids_0_to_9", "unknown_category"]
