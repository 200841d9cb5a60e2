import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from digitdet.readers import LeftToRightReader
from digitdet.registry import READERS
from digitdet.structures import Prediction

Row = tuple[float, float, float, float, int, float]


def prediction(rows: list[Row]) -> Prediction:
    """Rows are x1, y1, x2, y2, digit, score."""
    return {
        "boxes": torch.tensor([row[:4] for row in rows]).reshape(-1, 4),
        "labels": torch.tensor([row[4] + 1 for row in rows], dtype=torch.int64),
        "scores": torch.tensor([row[5] for row in rows]),
    }


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], None),
        ([(0, 0, 9, 9, 3, 0.2)], None),
        ([(0, 0, 9, 9, 3, 0.9)], "3"),
        ([(0, 0, 9, 9, 0, 0.9)], "0"),
        ([(20, 0, 29, 9, 7, 0.9), (0, 0, 9, 9, 0, 0.8), (10, 0, 19, 9, 0, 0.9)], "007"),
        ([(0, 0, 9, 9, 1, 0.9), (10, 0, 19, 9, 2, 0.3), (20, 0, 29, 9, 3, 0.9)], "13"),
        ([(0, 0, 9, 9, 8, 0.9), (0, 0, 5, 9, 1, 0.95)], "18"),
        ([(0, 4, 9, 9, 8, 0.9), (0, 0, 9, 9, 1, 0.95)], "18"),
        ([(0, 0, 9, 9, 8, 0.9), (0, 0, 9, 9, 8, 0.9)], "88"),
        ([(30, 0, 39, 9, d, 0.9) for d in (9, 4)] + [(0, 0, 9, 9, 5, 0.9)], "549"),
        ([(-3, 0, 9, 9, 6, 0.9), (-4, 50, 9, 60, 2, 0.9)], "26"),
    ],
)
def test_a_number_is_read_from_left_to_right(rows: list[Row], text: str | None) -> None:
    numbers = LeftToRightReader(score_threshold=0.5)(prediction(rows))
    assert [number.text for number in numbers] == ([] if text is None else [text])


def test_equal_left_edges_lose_nothing() -> None:
    rows: list[Row] = [(5, 0, 9, 9, digit, 0.9) for digit in range(10)]
    (number,) = LeftToRightReader()(prediction(rows))
    assert sorted(number.text) == list("0123456789")
    assert number.boxes.shape == (10, 4)


def test_a_score_at_the_threshold_counts() -> None:
    rows: list[Row] = [(0, 0, 9, 9, 1, 0.5), (10, 0, 19, 9, 2, 0.4999)]
    (number,) = LeftToRightReader(score_threshold=0.5)(prediction(rows))
    assert number.text == "1"


def test_boxes_and_scores_follow_the_text() -> None:
    rows: list[Row] = [(20, 0, 29, 9, 7, 0.5), (10, 0, 19, 9, 9, 0.1), (0, 1, 9, 8, 4, 0.75)]
    (number,) = LeftToRightReader(score_threshold=0.2)(prediction(rows))
    assert number.text == "47"
    assert number.boxes.tolist() == [[0, 1, 9, 8], [20, 0, 29, 9]]
    assert number.scores.tolist() == [0.75, 0.5]
    assert number.confidence == pytest.approx(0.375)


@pytest.mark.parametrize("threshold", [-0.1, 1.01, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="score_threshold is 0 to 1"):
        LeftToRightReader(score_threshold=threshold)


def test_the_reader_is_built_by_its_name() -> None:
    reader = READERS.build({"type": "LeftToRightReader", "score_threshold": 0.25})
    assert isinstance(reader, LeftToRightReader)
    assert reader.score_threshold == 0.25


coordinates = st.integers(0, 40)
rows = st.builds(
    lambda x, y, w, h, digit, score: (x, y, x + w, y + h, digit, score / 8),
    coordinates,
    coordinates,
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(0, 9),
    st.integers(0, 8),
)


@given(st.lists(rows, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_detections_does_not_matter(drawn: list[Row], random: object) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    reader = LeftToRightReader(score_threshold=0.5)
    one, other = reader(prediction(drawn)), reader(prediction(shuffled))
    assert [number.text for number in one] == [number.text for number in other]
    assert sum(len(number.text) for number in one) == sum(row[5] >= 0.5 for row in drawn)


@given(
    st.lists(rows, max_size=8),
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.sampled_from([0.25, 0.5, 2.0, 8.0]),
)
def test_moving_and_scaling_the_picture_changes_no_number(
    drawn: list[Row], right: int, down: int, scale: float
) -> None:
    reader = LeftToRightReader(score_threshold=0.5)
    plain = prediction(drawn)
    moved = plain["boxes"] * scale + torch.tensor([right, down, right, down])
    other: Prediction = {**plain, "boxes": moved}
    assert [n.text for n in reader(plain)] == [n.text for n in reader(other)]
