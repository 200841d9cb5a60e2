import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layouts import Row, to_prediction
from torchvision.ops import nms

from digitdet.readers.found_digits import find_digits, found_digit
from digitdet.readers.suppression import suppress


@pytest.mark.parametrize(
    ("boxes", "kept"),
    [
        ([], []),
        ([(0, 0, 10, 20)], [0]),
        ([(0, 0, 10, 20), (0, 0, 10, 20)], [0]),
        ([(0, 0, 10, 20), (10, 0, 20, 20)], [0, 1]),
        ([(0, 0, 10, 20), (0, 20, 10, 40)], [0, 1]),
        ([(0, 0, 10, 20), (3, 0, 13, 20)], [0]),
        ([(0, 0, 10, 20), (4, 0, 14, 20)], [0, 1]),
        ([(0, 0, 10, 20), (2, 2, 6, 9)], [0]),
        ([(2, 2, 6, 9), (0, 0, 10, 20)], [0]),
        ([(0, 0, 10, 20), (8, 15, 12, 25)], [0, 1]),
        ([(0, 0, 10, 20), (10, 0, 20, 20), (0, 0, 20, 20)], [0, 1]),
        ([(0, 0, 10, 20), (3, 0, 13, 20), (7, 0, 17, 20)], [0, 2]),
    ],
)
def test_of_boxes_that_cover_the_same_the_surest_stays(
    boxes: list[tuple[float, float, float, float]], kept: list[int]
) -> None:
    digits = [found_digit(box, 1 + n, 1 - n / 16) for n, box in enumerate(boxes)]
    found = suppress(digits, max_iou=0.5, max_containment=0.7)
    assert [digit.label - 1 for digit in found] == kept


rows = st.builds(
    lambda x, y, w, h, digit, score: (x, y, x + w, y + h, digit, score),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(0, 9),
    st.floats(0, 1, width=32),
)


@given(st.lists(rows, max_size=12, unique_by=lambda row: row[5]))
def test_without_containment_it_is_non_maximum_suppression_of_all_classes(
    drawn: list[Row],
) -> None:
    prediction = to_prediction(drawn)
    # A threshold that no ratio of these areas comes near: float32 there, float64 here.
    kept = suppress(find_digits(prediction, 0.0), max_iou=0.50012, max_containment=1.0)
    expected = nms(prediction["boxes"], prediction["scores"], 0.50012)
    assert [digit.score for digit in kept] == prediction["scores"][expected].tolist()


def test_digits_are_by_falling_score_then_box_then_label() -> None:
    drawn: list[Row] = [
        (5, 0, 9, 9, 3, 0.5),
        (0, 0, 9, 9, 7, 0.5),
        (0, 0, 9, 9, 2, 0.5),
        (1, 0, 9, 9, 1, 0.75),
        (1, 0, 9, 9, 1, 0.25),
    ]
    digits = find_digits(to_prediction(drawn), 0.5)
    assert [digit.label - 1 for digit in digits] == [1, 2, 7, 3]
    assert digits[0][6:] == (5.0, 4.5, 8.0, 9.0)


def test_nothing_found_is_no_digit() -> None:
    assert find_digits(to_prediction([]), 0.0) == []
    nan: list[Row] = [(0, 0, 9, 9, 1, torch.nan), (0, 0, torch.nan, 9, 1, 0.9)]
    assert find_digits(to_prediction(nan), 0.0) == []
