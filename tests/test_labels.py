"""Labels and digits."""

import pytest

from digitdet.labels import DIGITS, NUM_CLASSES, digit_to_label, label_to_digit

# As the homework's annotation files have it: category 1 is the digit 0, ... 10 is the digit 9.
PAIRS = [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6), (8, 7), (9, 8), (10, 9)]


@pytest.mark.parametrize(("label", "digit"), PAIRS)
def test_a_label_and_its_digit_are_one_apart(label: int, digit: int) -> None:
    assert label_to_digit(label) == digit
    assert digit_to_label(digit) == label
    assert DIGITS[digit] == str(digit)


def test_there_are_ten_digits_and_the_background() -> None:
    assert len(DIGITS) == 10
    assert NUM_CLASSES == 11


@pytest.mark.parametrize("label", [0, -1, 11])
def test_a_label_outside_1_to_10_is_refused_with_its_value(label: int) -> None:
    with pytest.raises(ValueError, match=f"label is 1 to 10.* got {label}$"):
        label_to_digit(label)


@pytest.mark.parametrize("digit", [-1, 10])
def test_a_digit_outside_0_to_9_is_refused_with_its_value(digit: int) -> None:
    with pytest.raises(ValueError, match=f"digit is 0 to 9, got {digit}$"):
        digit_to_label(digit)
