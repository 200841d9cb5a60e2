"""Which of the numbers read in a split are right."""

from typing import Any

import pytest
import torch

from digitdet.analysis.judged_numbers import JudgedNumbers, judge_numbers
from digitdet.structures import Number

NO_BOXES, NO_SCORES = torch.zeros(0, 4), torch.zeros(0)


def judge(*pictures: tuple[list[tuple[str, float]], list[str]]) -> JudgedNumbers:
    """Judge pictures: the texts and confidences that are read, and the true numbers."""
    results: list[Any] = []
    for image_id, (read, true) in enumerate(pictures):
        digits = "".join(true)
        target = {
            "image_id": image_id,
            "boxes": torch.zeros(len(digits), 4),
            "labels": torch.tensor([int(digit) + 1 for digit in digits], dtype=torch.int64),
            "iscrowd": torch.zeros(len(digits), dtype=torch.bool),
            "source": f"{image_id}.png",
            "numbers": torch.tensor(
                [index for index, text in enumerate(true) for _ in text], dtype=torch.int64
            ),
        }
        results.append((read, target))
    return judge_numbers(results, _numbers)


def _numbers(read: Any) -> list[Number]:
    return [Number(text, NO_BOXES, NO_SCORES, sure) for text, sure in read]


def test_of_no_pictures_there_are_no_numbers() -> None:
    judged = judge()
    assert judged.num_pictures == len(judged.confidences) == len(judged.is_picture_right) == 0


def test_a_picture_in_which_nothing_is_read_has_no_number_and_may_be_right() -> None:
    judged = judge(([], []), ([], ["7"]), ([("7", 0.5)], []))
    assert judged.num_pictures == 3
    assert judged.pictures.tolist() == [2]
    assert judged.is_right.tolist() == [False]
    assert judged.is_picture_right.tolist() == [True, False, False]


def test_first_and_further_numbers_are_judged_alike() -> None:
    judged = judge(([("12", 0.9), ("3", 0.4)], ["3", "12"]), ([("012", 0.7)], ["12"]))
    assert judged.pictures.tolist() == [0, 0, 1]
    assert judged.confidences.tolist() == [0.9, 0.4, 0.7]
    assert judged.is_right.tolist() == [True, True, False]
    assert judged.is_first.tolist() == [True, False, True]
    assert judged.is_picture_right.tolist() == [False, False]  # the true number comes first


def test_of_equal_numbers_as_many_are_right_as_there_are_the_surest_ones() -> None:
    judged = judge(([("7", 0.2), ("7", 0.6), ("7", 0.4)], ["7", "7"]))
    assert judged.is_right.tolist() == [False, True, True]


def test_a_picture_that_is_there_twice_is_refused() -> None:
    result: Any = ([], {"image_id": 3, "source": "3.png"})
    with pytest.raises(ValueError, match="both have the image id 3"):
        judge_numbers([result] * 2, _numbers)
