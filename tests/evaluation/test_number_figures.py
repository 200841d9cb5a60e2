"""Figures of numbers, by hand and against slow versions."""

import random
from collections.abc import Callable
from statistics import mean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.evaluation.number_figures import (
    PictureReading,
    coverage,
    number_figures,
    number_notes,
)

GROUPS: dict[str, Callable[[PictureReading], bool]] = {
    "length_1": lambda picture: len(picture.true[0]) == 1,
    "length_2": lambda picture: len(picture.true[0]) == 2,
    "length_3": lambda picture: len(picture.true[0]) == 3,
    "length_4": lambda picture: len(picture.true[0]) == 4,
    "length_5_up": lambda picture: len(picture.true[0]) >= 5,
    "height_0_12": lambda picture: picture.height < 12,
    "height_12_24": lambda picture: 12 <= picture.height < 24,
    "height_24_48": lambda picture: 24 <= picture.height < 48,
    "height_48_up": lambda picture: picture.height >= 48,
}
NAMES = [
    *("number_accuracy", "all_numbers_accuracy", "number_edit_distance"),
    *(f"number_accuracy_{group}" for group in GROUPS),
    *("digits_missing", "digits_extra", "digits_wrong", "digits_misordered"),
    "coverage_98",
]
NUMBERS = st.lists(st.text("01", min_size=1, max_size=6), max_size=2)
PICTURES = st.lists(
    st.builds(
        PictureReading,
        read=NUMBERS,
        true=NUMBERS,
        confidence=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
        height=st.sampled_from([0, 11.9, 12, 23.9, 24, 47.9, 48, 500]),
    ),
    max_size=12,
)


def picture(read: str, true: str, confidence: float = 1.0, height: float = 30.0) -> PictureReading:
    """Numbers are given as one text, parted by blanks."""
    return PictureReading(read.split(), true.split(), confidence, height)


def slow_coverage(answers: list[tuple[float, bool]], num_pictures: int, percent: int) -> float:
    """Try each confidence as a bound."""
    best = 0
    for bound, _ in answers:
        right = [is_right for confidence, is_right in answers if confidence >= bound]
        if sum(right) * 100 >= percent * len(right):
            best = max(best, len(right))
    return best / num_pictures


def test_no_picture_gives_minus_one_and_says_so() -> None:
    figures = number_figures([])
    assert list(figures) == NAMES
    counts = {name: figures.pop(name) for name in NAMES if name.startswith("digits_")}
    assert set(counts.values()) == {0}
    assert set(figures.values()) == {-1}
    notes = number_notes({**figures, **counts})
    assert notes == dict.fromkeys(figures, "there are no pictures")


def test_a_picture_without_digits_is_right_when_nothing_is_read() -> None:
    figures = number_figures([picture("", ""), picture("7", "")])
    assert figures["number_accuracy"] == figures["all_numbers_accuracy"] == 0.5
    assert figures["number_edit_distance"] == 0.5
    assert figures["digits_extra"] == 1
    assert figures["number_accuracy_length_1"] == -1


def test_figures_of_a_small_split_by_hand() -> None:
    figures = number_figures(
        [
            picture("42", "42", 0.9, height=10),
            picture("042", "42", 0.8, height=12),
            picture("5 17", "5 71", 0.7, height=24),
            picture("71 5", "5 71", 0.6, height=47.9),
            picture("", "12345", height=48),
            picture("654321", "123456", 0.2, height=100),
            picture("9", "8", 0.1),
            picture("3 5 4", "3 4 5", 0.95),
        ]
    )
    assert figures == {
        "number_accuracy": 3 / 8,
        "all_numbers_accuracy": 3 / 8,  # "71 5" names both, "5 17" does not
        "number_edit_distance": (0 + 1 + 0 + 2 + 5 + 6 + 1 + 0) / 8,
        "number_accuracy_length_1": 2 / 4,
        "number_accuracy_length_2": 1 / 2,
        "number_accuracy_length_3": -1,
        "number_accuracy_length_4": -1,
        "number_accuracy_length_5_up": 0,
        "number_accuracy_height_0_12": 1,
        "number_accuracy_height_12_24": 0,
        "number_accuracy_height_24_48": 2 / 4,
        "number_accuracy_height_48_up": 0,
        "digits_missing": 5,
        "digits_extra": 1 + 1,
        "digits_wrong": 1 + 1,
        "digits_misordered": 5,
        "coverage_98": 2 / 8,
    }
    assert number_notes(figures) == {
        "number_accuracy_length_3": "no true number has 3 digits",
        "number_accuracy_length_4": "no true number has 4 digits",
    }


def test_each_empty_group_is_explained() -> None:
    figures = number_figures([picture("", "")])
    notes = number_notes(figures)
    assert list(notes) == [name for name, value in figures.items() if value == -1]
    assert notes["number_accuracy_length_1"] == "no true number has 1 digit"
    assert notes["number_accuracy_length_5_up"] == "no true number has 5 or more digits"
    assert notes["number_accuracy_height_0_12"] == "no true number is below 12 px high"
    assert notes["number_accuracy_height_24_48"] == "no true number is 24 px to below 48 px high"
    assert notes["number_accuracy_height_48_up"] == "no true number is 48 px or more high"


@given(PICTURES)
def test_groups_are_parts_of_the_split(pictures: list[PictureReading]) -> None:
    figures = number_figures(pictures)
    for name, is_member in GROUPS.items():
        right = [p.read[:1] == p.true[:1] for p in pictures if p.true and is_member(p)]
        assert figures[f"number_accuracy_{name}"] == (pytest.approx(mean(right)) if right else -1)


@given(PICTURES, st.randoms())
def test_the_order_of_the_pictures_does_not_matter(
    pictures: list[PictureReading], draw: random.Random
) -> None:
    shuffled = draw.sample(pictures, len(pictures))
    assert number_figures(shuffled) == pytest.approx(number_figures(pictures), abs=1e-12)


@given(PICTURES)
def test_an_exact_number_has_no_distance_and_no_digit_errors(
    pictures: list[PictureReading],
) -> None:
    figures = number_figures(pictures)
    errors = sum(value for name, value in figures.items() if name.startswith("digits_"))
    assert (figures["number_accuracy"] in (1, -1)) == (errors == 0)
    assert (figures["number_edit_distance"] in (0, -1)) == (errors == 0)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.3, 0.31, 0.9, 1.0]), st.booleans()), max_size=30),
    st.integers(0, 5),
    st.sampled_from([50, 90, 98, 100]),
)
def test_coverage_is_the_best_bound_of_all_and_never_covers_what_was_not_read(
    answers: list[tuple[float, bool]], num_unread: int, percent: int
) -> None:
    pictures: list[tuple[float, bool, bool]] = [(c, r, True) for c, r in answers]
    pictures += [(1.0, True, False)] * num_unread
    columns: Any = [np.array(column) for column in zip(*pictures, strict=True)]
    if not pictures:
        columns = [np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)]
    expected = slow_coverage(answers, len(pictures), percent) if pictures else -1
    assert coverage(*columns, percent) == expected


@pytest.mark.parametrize(
    ("num_right", "num_wrong", "expected"), [(49, 1, 1.0), (48, 1, 48 / 49), (0, 3, 0.0)]
)
def test_49_of_50_are_98_per_cent(num_right: int, num_wrong: int, expected: float) -> None:
    confidences = np.linspace(1, 0.5, num_right + num_wrong)
    right = np.array([True] * num_right + [False] * num_wrong)
    assert coverage(confidences, right, np.ones_like(right)) == expected


def test_equal_confidences_are_answered_together() -> None:
    right = np.array([True, False, True])
    assert coverage(np.array([0.9, 0.5, 0.5]), right, np.ones(3, dtype=bool)) == 1 / 3
