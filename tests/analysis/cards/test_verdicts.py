import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.analysis.cards.verdicts import badness_of, verdict_of

NUMBERS = st.text("0123456789", max_size=6)
SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("reading", "truth", "verdict"),
    [
        ("", "", "right"),
        ("017", "017", "right"),
        ("", "17", "nothing read"),
        ("17", "", "2 extra digits"),
        ("17", "177", "1 digit missing"),
        ("1", "177", "2 digits missing"),
        ("12345", "12", "3 extra digits"),
        ("13", "12", "1 wrong digit"),
        ("4515", "12", "2 extra digits, 1 wrong digit"),
        ("71", "17", "digits in another order"),
        ("713", "172", "1 wrong digit, the rest in another order"),
    ],
)
def test_a_verdict_says_in_words_how_the_reading_differs(
    reading: str, truth: str, verdict: str
) -> None:
    assert verdict_of(reading, truth) == verdict


@given(NUMBERS, NUMBERS)
def test_a_verdict_is_right_just_where_the_reading_is_the_truth(reading: str, truth: str) -> None:
    assert (verdict_of(reading, truth) == "right") == (reading == truth)


@given(NUMBERS, NUMBERS, NUMBERS, SHARES, SHARES)
def test_any_wrong_reading_is_worse_than_any_right_one(
    right: str, reading: str, truth: str, sure: float, unsure: float
) -> None:
    if reading != truth:
        assert badness_of(reading, truth, sure) > badness_of(right, right, unsure)


def test_of_wrong_readings_the_surer_and_of_right_ones_the_less_sure_is_worse() -> None:
    assert badness_of("3", "4", 0.9) > badness_of("345", "012", 0.2)
    assert badness_of("4", "4", 0.2) > badness_of("4", "4", 0.9)


def test_nothing_read_is_the_least_sure_of_wrong_readings_and_nothing_to_read_comes_last() -> None:
    assert badness_of("", "4", 0.9) < badness_of("3", "4", 0.1)
    assert badness_of("", "", 0.0) <= badness_of("4", "4", 1.0)
