"""The true numbers of a picture."""

import random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from digitdet.evaluation.numbers import true_numbers
from digitdet.structures import Target


def target(
    digits: str,
    lefts: list[float] | None = None,
    numbers: list[int] | None = None,
    crowd: tuple[int, ...] = (),
) -> Target:
    """A picture's truth: its digits in the file's order, and where they begin."""
    lefts = list(map(float, range(len(digits)))) if lefts is None else lefts
    truth: Target = {
        "image_id": 1,
        "boxes": torch.tensor([[x, 0, x + 5, 9] for x in lefts]).reshape(-1, 4).float(),
        "labels": torch.tensor([int(digit) + 1 for digit in digits], dtype=torch.int64),
        "iscrowd": torch.tensor([p in crowd for p in range(len(digits))], dtype=torch.bool),
        "source": "1.png",
    }
    return truth if numbers is None else {**truth, "numbers": torch.tensor(numbers).long()}


@pytest.mark.parametrize("truth", ["file", "left"])
@pytest.mark.parametrize("empty", [target(""), target("", numbers=[]), target("37", crowd=(0, 1))])
def test_a_picture_without_digits_has_no_number(empty: Target, truth: str) -> None:
    assert true_numbers(empty, truth) == []


@pytest.mark.parametrize(
    ("picture", "by_file", "by_left"),
    [
        (target("7"), ["7"], ["7"]),
        (target("007"), ["007"], ["007"]),
        (target("201", [30, 0, 10]), ["201"], ["012"]),
        (target("123", [-5.5, -6, 0]), ["123"], ["213"]),
        (target("123", crowd=(1,)), ["13"], ["13"]),
        (target("1234", [9, 8, 7, 6], [1, 0, 1, 0]), ["24", "13"], ["42", "31"]),
        (target("12", numbers=[5, 2]), ["2", "1"], ["2", "1"]),
        (target("12", numbers=[0, 1], crowd=(0,)), ["2"], ["2"]),
    ],
)
def test_numbers_are_in_the_order_asked_for(
    picture: Target, by_file: list[str], by_left: list[str]
) -> None:
    assert true_numbers(picture) == true_numbers(picture, "file") == by_file
    assert true_numbers(picture, "left") == by_left


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=8), st.randoms())
def test_by_left_edge_the_files_order_means_nothing(
    digits: list[tuple[int, int]], draw: random.Random
) -> None:
    shuffled = draw.sample(digits, len(digits))
    read = [
        true_numbers(target("".join(str(d) for d, _ in order), [x for _, x in order]), "left")
        for order in (digits, shuffled)
    ]
    assert read[0] == read[1]


@pytest.mark.parametrize("truth", ["right", "", None])
def test_an_unknown_order_is_refused(truth: Any) -> None:
    with pytest.raises(ValueError, match=r"truth is 'file' .* or 'left' .*, got"):
        true_numbers(target("1"), truth)
