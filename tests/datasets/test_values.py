"""Which values of an annotation file are taken."""

import math
from typing import Any

import pytest

from digitdet.datasets.values import MAX_SIDE, is_bbox, is_flag, is_int, is_name, is_size

NO_NUMBERS: list[Any] = [None, "", "1", [], {}, True, math.nan, math.inf]


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.0, 2**63, -(2**63), 10**400])
def test_what_int64_cannot_hold_is_no_integer(value: Any) -> None:
    assert not is_int(value)
    assert not is_size(value)


@pytest.mark.parametrize("value", [0, -1, MAX_SIDE + 1])
def test_an_integer_that_no_side_has_is_no_size(value: int) -> None:
    assert is_int(value)
    assert not is_size(value)


def test_sizes_reach_from_1_to_the_largest_side() -> None:
    assert is_size(1)
    assert is_size(MAX_SIDE)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1e9, -1e9, 10**400])
def test_a_box_needs_four_numbers_within_bounds(value: Any) -> None:
    assert is_bbox([-0.5, 0, 1, 2.5])
    assert not is_bbox([0, 0, 1, value])
    assert not is_bbox(value)
    assert not is_bbox([0, 0, 1])
    assert not is_bbox((0, 0, 1, 1))


@pytest.mark.parametrize("value", [None, 1, "", "../1.png", "/1.png", "a\nb.png", "folder/"])
def test_a_name_is_text_that_stays_in_its_folder_and_line(value: Any) -> None:
    assert is_name("folder/1.png")
    assert not is_name(value)


@pytest.mark.parametrize("value", [None, "0", 2, -1, 0.0, 1.0, []])
def test_a_flag_is_a_truth_value_or_0_or_1(value: Any) -> None:
    assert all(is_flag(flag) for flag in (0, 1, True, False))
    assert not is_flag(value)
