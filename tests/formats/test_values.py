"""Numbers of annotation files."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.formats.values import parse_number, tidy


@pytest.mark.parametrize(("value", "number"), [("", None), (" 1.5 ", 1.5), ("-3", -3), (7, 7)])
def test_numbers_and_texts_of_numbers_are_read(value: Any, number: float | None) -> None:
    if number is None:
        with pytest.raises(ValueError, match=r"a\.txt: line 1: the side has to be a finite number"):
            parse_number(value, "a.txt: line 1", "the side")
    else:
        assert parse_number(value, "a.txt", "the side") == number


@pytest.mark.parametrize(
    "value", ["x", "nan", "-inf", "1e9", None, True, [1], 10**400, float("nan")]
)
def test_what_is_no_sensible_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="has to be a finite number, got"):
        parse_number(value, "a.txt", "the side")


def test_noise_of_sums_is_taken_off_and_whole_numbers_become_ints() -> None:
    assert tidy(0.1 + 0.2) == 0.3
    assert [str(tidy(value)) for value in (12.0, -0.0, 12.000000000001, 2.5)] == [
        "12",
        "0",
        "12",
        "2.5",
    ]


@given(st.floats(-1e5, 1e5))
def test_a_value_is_changed_by_less_than_a_billionth_of_a_pixel(value: float) -> None:
    assert abs(tidy(value) - value) < 1e-9


@given(st.integers(-(10**13), 10**13))
def test_what_has_nine_decimals_at_most_stays_itself(value: int) -> None:
    assert tidy(value / 1e9) == value / 1e9
