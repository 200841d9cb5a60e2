"""What a comparison comes to, in words."""

import pytest

from digitdet.analysis.comparison.conclusions import conclude_boxes, conclude_numbers, say_p
from digitdet.analysis.comparison.models import compare_models

from .made_models import made_model, made_pair


def numbers(*counts: int) -> str:
    return conclude_numbers(compare_models(*made_pair(*counts), resamples=2))


def boxes(*counts: int) -> str:
    return conclude_boxes(compare_models(*made_pair(*counts), resamples=200))


@pytest.mark.parametrize(
    ("counts", "conclusion"),
    [
        ((5, 0, 0, 2), "Both read the same 5 pictures of 7: equally well."),
        (
            (3, 0, 5, 2),
            "new reads 5 pictures more of 10 than old, but they differ in just 5 pictures: with "
            "fewer than 6 no test can decide. Compare them on more pictures.",
        ),
        (
            (3, 1, 1, 0),
            "Both read equally many of 5 pictures, but they differ in just 2 pictures: with "
            "fewer than 6 no test can decide. Compare them on more pictures.",
        ),
        ((3, 0, 6, 2), "new reads 6 pictures more of 11 than old (p = 0.0312): new reads better."),
        ((3, 9, 1, 2), "old reads 8 pictures more of 15 than new (p = 0.0215): old reads better."),
        (
            (3, 5, 6, 2),
            "new reads 1 picture more of 16 than old (p = 1.0000): by their numbers, they cannot "
            "be told apart.",
        ),
        (
            (0, 4, 4, 0),
            "Both read equally many of 8 pictures (p = 1.0000): by their numbers, they cannot be "
            "told apart.",
        ),
    ],
)
def test_the_reading_of_numbers_is_concluded(counts: tuple[int, ...], conclusion: str) -> None:
    assert numbers(*counts) == conclusion


def test_boxes_are_better_where_the_interval_leaves_out_zero() -> None:
    text = boxes(10, 0, 10, 0)
    assert text.startswith("The mAP of new is higher than that of old by 0.4950 (")
    assert text.endswith("): its boxes are better.")
    assert "-" not in text
    assert boxes(10, 10, 0, 0).startswith("The mAP of old is higher than that of new by 0.4950 (")


def test_boxes_are_not_told_apart_where_the_interval_holds_zero() -> None:
    for counts in ((8, 2, 3, 2), (4, 0, 0, 4)):
        assert boxes(*counts).endswith("by their boxes, they cannot be told apart.")


def test_without_a_digit_there_are_no_boxes_to_conclude_on() -> None:
    models = (made_model(name, [("", "")]) for name in "ab")
    found = compare_models(*models, resamples=2)
    assert conclude_boxes(found) == "No picture has a digit: there are no boxes to compare."


def test_p_is_never_said_to_be_zero() -> None:
    assert [say_p(value) for value in (1, 0.05, 0.00012, 0.00009, 0)] == [
        "p = 1.0000",
        "p = 0.0500",
        "p = 0.0001",
        "p < 0.0001",
        "p < 0.0001",
    ]
