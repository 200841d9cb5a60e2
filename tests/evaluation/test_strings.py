"""Edit distance and digit errors, against slow and obvious versions."""

from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.evaluation.strings import DigitErrors, common_length, digit_errors, edit_distance

DIGITS = st.text("012", max_size=7)


@cache
def slow_distance(one: str, other: str) -> int:
    """By its definition: the cheapest way to begin."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        slow_distance(one[1:], other) + 1,
        slow_distance(one, other[1:]) + 1,
        slow_distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


def subsequences(text: str) -> set[str]:
    return {"".join(part) for n in range(len(text) + 1) for part in combinations(text, n)}


def slow_errors(reading: str, truth: str) -> DigitErrors:
    """Pair equal digits off one by one, then unequal ones; look at every subsequence."""
    lost, added = list(truth), list(reading)
    for digit in reading:
        if digit in lost:
            lost.remove(digit)
            added.remove(digit)
    wrong = 0
    while lost and added:
        lost.pop()
        added.pop()
        wrong += 1
    in_order = max(map(len, subsequences(reading) & subsequences(truth)))
    misordered = len(reading) - len(added) - wrong - in_order
    return DigitErrors(len(lost), len(added), wrong, misordered)


@given(DIGITS, DIGITS)
def test_the_distance_is_the_one_of_the_definition(one: str, other: str) -> None:
    assert edit_distance(one, other) == slow_distance(one, other)


@given(DIGITS, DIGITS, DIGITS)
def test_the_distance_is_a_metric(one: str, other: str, third: str) -> None:
    assert (edit_distance(one, other) == 0) == (one == other)
    assert edit_distance(one, other) == edit_distance(other, one)
    assert edit_distance(one, other) <= edit_distance(one, third) + edit_distance(third, other)


@given(DIGITS, DIGITS)
def test_the_common_length_is_that_of_the_longest_shared_subsequence(one: str, other: str) -> None:
    longest = max(map(len, subsequences(one) & subsequences(other)))
    assert common_length(one, other) == longest


@given(DIGITS, DIGITS)
def test_digit_errors_are_those_of_pairing_digits_off(reading: str, truth: str) -> None:
    assert digit_errors(reading, truth) == slow_errors(reading, truth)


@given(DIGITS, DIGITS)
def test_there_are_no_digit_errors_just_where_the_reading_is_the_truth(
    reading: str, truth: str
) -> None:
    assert (digit_errors(reading, truth) == DigitErrors(0, 0, 0, 0)) == (reading == truth)


@given(DIGITS, DIGITS)
def test_digit_errors_account_for_every_digit(reading: str, truth: str) -> None:
    errors = digit_errors(reading, truth)
    assert min(vars(errors).values()) >= 0
    assert not (errors.missing and errors.extra)
    assert len(reading) - len(truth) == errors.extra - errors.missing
    assert edit_distance(reading, truth) >= errors.wrong + errors.missing + errors.extra


@pytest.mark.parametrize(
    ("reading", "truth", "missing", "extra", "wrong", "misordered"),
    [
        ("", "", 0, 0, 0, 0),
        ("", "42", 2, 0, 0, 0),
        ("42", "", 0, 2, 0, 0),
        ("07", "7", 0, 1, 0, 0),
        ("17", "71", 0, 0, 0, 1),
        ("312", "123", 0, 0, 0, 1),
        ("321", "123", 0, 0, 0, 2),
        ("15", "13", 0, 0, 1, 0),
        ("51", "13", 0, 0, 1, 0),  # where a digit stands among the wrong ones does not count
        ("11", "1", 0, 1, 0, 0),
        ("35", "1234", 2, 0, 1, 0),
        ("4312", "1259", 0, 0, 2, 0),
        ("2134", "129", 0, 1, 1, 1),
    ],
)
def test_each_kind_of_digit_error_is_counted(
    reading: str, truth: str, missing: int, extra: int, wrong: int, misordered: int
) -> None:
    assert digit_errors(reading, truth) == DigitErrors(missing, extra, wrong, misordered)
