"""The rules of the presets."""

import numpy as np
import pytest

from digitdet.advice.presets import (
    INPUT_SIZES,
    PRESETS,
    choose_input,
    choose_regions,
    planned_digits,
)


@pytest.mark.parametrize(
    ("shares", "fast", "quality"),
    [
        ([0.0, 0.0, 0.0], 0, 0),
        ([0.02, 0.01, 0.0005], 1, 2),
        ([0.5, 0.4, 0.3], 2, 2),  # none is large enough
    ],
)
def test_the_smallest_input_with_few_enough_small_digits_is_chosen(
    shares: list[float], fast: int, quality: int
) -> None:
    assert choose_input(shares, PRESETS["fast"]) == fast
    assert choose_input(shares, PRESETS["quality"]) == quality


def test_input_sizes_ascend_to_torchvisions() -> None:
    assert sorted(INPUT_SIZES) == list(INPUT_SIZES)
    assert INPUT_SIZES[-1] == (800, 1333)


@pytest.mark.parametrize(
    ("counts", "digits"),
    [([1], 1), ([0, 0, 0, 2], 2), ([1] * 99 + [6], 6), ([1] * 199 + [6], 1), ([3, 4], 4)],
)
def test_regions_are_planned_for_nearly_all_pictures_with_digits(
    counts: list[int], digits: int
) -> None:
    assert planned_digits(np.array(counts)) == digits


@pytest.mark.parametrize(
    ("digits", "fast", "quality"),
    [
        (1, (64, 50), (64, 50)),
        (4, (64, 50), (128, 100)),
        (6, (128, 100), (256, 200)),
        (1000, (512, 1000), (512, 1000)),  # no detector is given more
    ],
)
def test_regions_follow_from_the_digits(
    digits: int, fast: tuple[int, int], quality: tuple[int, int]
) -> None:
    assert choose_regions(digits, PRESETS["fast"]) == fast
    assert choose_regions(digits, PRESETS["quality"]) == quality
