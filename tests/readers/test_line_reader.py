import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layouts import KINDS, Row, draw_layout, to_prediction

from digitdet.readers import LineReader
from digitdet.registry import READERS


def row(x: float, y: float, digit: int, score: float = 0.9, size: float = 1.0) -> Row:
    """A digit of 10 x 20 px times a size, by its left top corner."""
    return (x, y, x + 10 * size, y + 20 * size, digit, score)


def texts(rows: list[Row], reader: LineReader | None = None) -> list[str]:
    return [number.text for number in (reader or LineReader())(to_prediction(rows))]


LINES: list[tuple[str, list[Row], list[str]]] = [
    ("nothing", [], []),
    ("one digit", [row(0, 0, 0)], ["0"]),
    ("leading zeros", [row(20, 0, 7), row(0, 0, 0), row(10, 0, 0)], ["007"]),
    ("boxes without area", [(0, 0, 0, 20, 1, 0.9), row(10, 0, 2), (9, 5, 30, 5, 3, 0.9)], ["2"]),
    ("outside the picture", [row(-25, -9, 4), row(-13, -9, 2)], ["42"]),
    ("a slant", [row(12 * n, -9 * n, n) for n in range(5)], ["01234"]),
    ("stairs that climb", [row(7 * n, -15 * n, n) for n in range(3)], ["012"]),
    ("stairs that fall", [row(10 * n, 18 * n, n) for n in range(3)], ["012"]),
    ("turns above and below", [row(12 * n, 9 * (n % 2), n) for n in range(4)], ["0123"]),
    ("a column", [row(0, 44, 3), row(1, 0, 1), row(-1, 22, 2)], ["123"]),
    ("a column of two", [row(0, 23, 2), row(1, 0, 1)], ["12"]),
    ("unequal heights", [row(0, 0, 1), row(11, -3, 2, size=1.3), row(25, 2, 3, size=0.9)], ["123"]),
    ("wide gaps", [row(45 * n, 0, n) for n in range(3)], ["012"]),
    ("side by side and near", [row(0, 0, 1), row(30, 0, 3), row(41, 0, 4)], ["1", "34"]),
    ("side by side", [row(0, 0, 1), row(11, 0, 2), row(75, 0, 3), row(86, 0, 4)], ["12", "34"]),
    ("two lines", [row(0, 30, 3), row(11, 30, 4), row(0, 0, 1), row(11, 0, 2)], ["12", "34"]),
    ("a line over one digit", [row(3, 30, 3), row(0, 0, 1), row(11, 0, 2)], ["12", "3"]),
    ("the large one is first", [row(0, 0, 1), row(11, 0, 2), row(9, 50, 3, size=2)], ["3", "12"]),
    (
        "three lines of slanted numbers",
        [row(11 * n, 30 * k + 3 * n, 3 * k + n) for k in range(3) for n in range(3)],
        ["012", "345", "678"],
    ),
    (
        "side by side and slanted: the left one, though lower",
        [row(0, 0, 1), row(11, -2, 2), row(75, -14, 3), row(86, -16, 4)],
        ["12", "34"],
    ),
    (
        "two single digits on a slanted line",
        [row(100, -20, 2), row(0, 0, 1)],
        ["1", "2"],
    ),
    (
        "digits stacked within a number: by their left edges",
        [row(0, 0, 1), row(11, 0, 9), row(24, -8, 6), row(25, 6, 9)],
        ["1969"],
    ),
]

FAULTS: list[tuple[str, list[Row], list[str]]] = [
    ("another class", [row(0, 0, 1), row(11, 0, 8), row(11, 0, 3, 0.89)], ["18"]),
    ("the same class, moved", [row(0, 0, 1), row(2, 1, 1, 0.8), row(11, 0, 8)], ["18"]),
    ("a part of a digit", [row(0, 0, 6), (1, 9, 9, 20, 0, 0.85), row(11, 0, 8)], ["68"]),
    ("one box over two digits", [row(0, 0, 1), row(11, 0, 1), (0, 0, 21, 20, 4, 0.85)], ["11"]),
    ("a box around all", [row(0, 0, 1), row(11, 0, 2), (-6, -6, 27, 26, 0, 0.88)], ["12"]),
    ("an unsure box elsewhere", [row(0, 0, 1), row(11, 0, 2), row(90, 60, 7, 0.5)], ["12"]),
    ("a tiny sure box", [row(0, 0, 1), row(11, 0, 2), row(60, 60, 7, 0.8, size=0.3)], ["12"]),
    ("a huge sure box", [row(0, 0, 1), row(11, 0, 2), row(60, 60, 7, 0.8, size=3)], ["12"]),
    ("two unsure boxes elsewhere", [row(n, 0, 1) for n in (0, 11)]
     + [row(n, 60, 7, s) for n, s in ((0, 0.45), (11, 0.36))], ["11"]),
    ("an unsure digit of the number", [row(0, 0, 1), row(11, 0, 2, 0.35), row(22, 0, 3)], ["123"]),
    ("a doubtful digit of the number", [row(0, 0, 1), row(11, 0, 2, 0.3), row(22, 0, 3)], ["13"]),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "numbers"), [c[1:] for c in LINES], ids=[c[0] for c in LINES])
def test_numbers_are_read_along_their_lines(rows: list[Row], numbers: list[str]) -> None:
    assert texts(rows) == numbers


@pytest.mark.parametrize(("rows", "numbers"), [c[1:] for c in FAULTS], ids=[c[0] for c in FAULTS])
def test_false_boxes_are_left_out(rows: list[Row], numbers: list[str]) -> None:
    assert texts(rows) == numbers


@pytest.mark.parametrize(
    ("scores", "text"),
    [
        ((0.9, 0.5, 0.2), "12"),
        ((0.45, 0.35, 0.12), "12"),
        ((0.29, 0.2, 0.09), "12"),
        ((0.1, 0.1, 0.1), "123"),
        ((0.09, 0.09, 0.09), None),
    ],
)
def test_lower_thresholds_are_tried_where_nothing_is_found(
    scores: tuple[float, ...], text: str | None
) -> None:
    rows = [row(11 * n, 0, n + 1, score) for n, score in enumerate(scores)]
    # A float32 score of .1 is a little more than .1, one of .3 too.
    assert texts(rows) == ([] if text is None else [text])


def test_without_fallback_nothing_below_the_threshold_is_read() -> None:
    reader = LineReader(score_threshold=0.5, fallback_thresholds=())
    rows = [row(0, 0, 1, 0.6), row(11, 0, 2, 0.49)]
    assert texts(rows, reader) == ["1"]
    assert texts(rows[1:], reader) == []
    assert reader.lowest_threshold == 0.5


@pytest.mark.parametrize("score", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_score_reaches_the_threshold_that_it_is_written_like(score: float) -> None:
    rows = [row(0, 0, 1, score)]  # in float32, .7 and .9 are a little less, .1 and .3 more
    assert texts(rows, LineReader(score, ())) == ["1"]
    assert texts(rows, LineReader(0.95, (score,))) == ["1"]


@pytest.mark.parametrize(
    ("threshold", "fallbacks"), [(0.5, (0.3, 0.1)), (0.3, (0.1,)), (0.2, (0.1,)), (0.1, ())]
)
def test_who_lowers_the_threshold_alone_need_not_shorten_the_fallbacks(
    threshold: float, fallbacks: tuple[float, ...]
) -> None:
    reader = LineReader(score_threshold=threshold)
    assert (reader.score_threshold, reader.fallback_thresholds) == (threshold, fallbacks)


def test_the_threshold_is_for_all_digits_where_none_may_be_less_sure() -> None:
    rows = [row(0, 0, 1, 0.9), row(11, 0, 2, 0.49), row(22, 0, 3, 0.5)]
    assert texts(rows, LineReader(join_ratio=1.0)) == ["13"]
    assert texts(rows) == ["123"]


def test_a_column_is_read_by_left_edges_on_demand() -> None:
    rows = [row(1, 0, 1), row(0, 22, 2), row(2, 44, 3)]
    assert texts(rows) == ["123"]
    assert texts(rows, LineReader(columns=False)) == ["213"]


def test_a_number_has_no_more_digits_than_allowed() -> None:
    rows = [row(11 * n, 0, n, 0.9 - 0.1 * (n == 2)) for n in range(5)]
    assert texts(rows, LineReader(max_digits=4)) == ["0134"]
    assert texts(rows, LineReader(max_digits=5)) == ["01234"]


def test_no_more_numbers_are_read_than_allowed() -> None:
    rows = [row(11 * n, 30 * k, n) for n in range(2) for k in range(3)]
    assert texts(rows) == ["01"] * 3
    assert texts(rows, LineReader(max_numbers=1)) == ["01"]


def test_boxes_and_scores_follow_the_text() -> None:
    rows = [row(11, 1, 7, 0.5), row(1, 0, 3, 0.3), row(0, 0, 4, 0.75)]
    (number,) = LineReader()(to_prediction(rows))
    assert number.text == "47"
    assert number.boxes.tolist() == [[0, 0, 10, 20], [11, 1, 21, 21]]
    assert number.boxes.dtype == number.scores.dtype == torch.float32
    assert number.scores.tolist() == [0.75, 0.5]
    assert number.confidence == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"score_threshold": 1.01}, "score_threshold is 0 to 1, got 1.01"),
        ({"score_threshold": float("nan")}, "score_threshold is 0 to 1, got nan"),
        ({"fallback_thresholds": 0.3}, "fallback_thresholds is a list of scores, got 0.3"),
        ({"fallback_thresholds": "0.3"}, "fallback_thresholds is a list of scores, got '0.3'"),
        ({"fallback_thresholds": [0.3, -1]}, r"fallback_thresholds\[1\] is 0 to 1, got -1"),
        ({"fallback_thresholds": [0.3, 0.3]}, r"\[1\] has to be lower than the .* 0.3, got 0.3"),
        ({"join_ratio": "1"}, "join_ratio is 0 to 1, got '1'"),
        ({"max_iou": True}, "max_iou is 0 to 1, got True"),
        ({"max_containment": -0.1}, "max_containment is 0 to 1, got -0.1"),
        ({"max_gap": 0}, "max_gap is a number of more than 0, got 0"),
        ({"max_uneven_gap": "x"}, "max_uneven_gap is a number of more than 0, got 'x'"),
        ({"max_step": math.inf}, "max_step is a number of more than 0, got inf"),
        ({"max_height_ratio": 1}, "max_height_ratio is a number of more than 1, got 1"),
        ({"columns": "no"}, "columns is True or False, got 'no'"),
        ({"single_ratio": 2}, "single_ratio is 0 to 1, got 2"),
        ({"several_ratio": None}, "several_ratio is 0 to 1, got None"),
        ({"max_single_size": 0.5}, "max_single_size is a number of more than 1, got 0.5"),
        ({"max_digits": 0}, "max_digits is an integer of 1 or more, or None, got 0"),
        ({"max_numbers": 1.5}, "max_numbers is an integer of 1 or more, or None, got 1.5"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        LineReader(**arguments)  # type: ignore[arg-type]


def test_the_reader_is_built_by_its_name() -> None:
    reader = READERS.build({"type": "LineReader", "fallback_thresholds": [0.2]})
    assert isinstance(reader, LineReader)
    assert reader.lowest_threshold == 0.2


layouts = st.builds(draw_layout, st.sampled_from(KINDS), st.integers(0, 10**6))
boxes = st.builds(
    lambda x, y, w, h, digit, score: (x, y, x + w, y + h, digit, score / 8),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(0, 9),
    st.integers(0, 8),
)
pictures = st.one_of(st.lists(boxes, max_size=8), layouts.map(lambda layout: layout.rows))


@given(pictures, st.randoms(use_true_random=False))
def test_the_order_of_the_detections_does_not_matter(drawn: list[Row], random: object) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = LineReader()(to_prediction(drawn)), LineReader()(to_prediction(shuffled))
    assert [n.text for n in one] == [n.text for n in other]
    assert [n.boxes.tolist() for n in one] == [n.boxes.tolist() for n in other]
    assert [n.confidence for n in one] == [n.confidence for n in other]


@given(
    st.lists(boxes, max_size=8),
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.sampled_from([0.25, 0.5, 2.0, 8.0]),
)
def test_moving_and_scaling_the_picture_changes_no_number(
    drawn: list[Row], right: int, down: int, scale: float
) -> None:
    moved = [
        (x1 * scale + right, y1 * scale + down, x2 * scale + right, y2 * scale + down, *rest)
        for x1, y1, x2, y2, *rest in drawn
    ]
    assert texts(drawn) == texts(moved)  # type: ignore[arg-type]


@given(
    st.lists(boxes, max_size=8),
    st.sampled_from(["fallback", "all digits"]),
)
def test_every_number_is_made_of_detections_that_are_used_once(
    drawn: list[Row], setting: str
) -> None:
    reader = LineReader() if setting == "fallback" else LineReader(join_ratio=1.0)
    numbers = reader(to_prediction(drawn))
    used = [
        (*box, int(digit), score)
        for number in numbers
        for box, digit, score in zip(
            number.boxes.tolist(), number.text, number.scores.tolist(), strict=True
        )
    ]
    assert len(set(used)) == len(used)
    assert set(used) <= set(drawn)
    assert bool(numbers) == any(drawn_row[5] >= 0.1 for drawn_row in drawn)


@given(
    st.integers(1, 6),
    st.floats(-30, 30),
    st.sampled_from(["line", "column", "two lines", "side by side"]),
    st.floats(-4, 4),
    st.tuples(st.floats(-200, 200), st.floats(-200, 200)),
)
def test_turning_a_picture_a_little_changes_no_number(
    count: int, slant: float, kind: str, degrees: float, about: tuple[float, float]
) -> None:
    first = [row(0, 21 * n, n) if kind == "column" else row(12 * n, 0, n) for n in range(count)]
    apart = {"two lines": (0.0, 34.0), "side by side": (12 * count + 60.0, 0.0)}.get(kind)
    second = [row(12 * n + apart[0], apart[1], n) for n in range(2)] if apart else []
    slant = 0.0 if kind == "column" else slant / 3 if second else slant
    numbers = ["012345"[:count], *(["01"] if second else [])]
    if kind == "two lines" and count == 1:
        numbers = ["0", "01"]
    rows = turned(first + second, slant, (0.0, 0.0))
    assert texts(rows) == texts(turned(rows, degrees, about)) == numbers


def turned(rows: list[Row], degrees: float, about: tuple[float, float]) -> list[Row]:
    """Turn the centres of boxes about a point; their sizes stay."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    result: list[Row] = []
    for x1, y1, x2, y2, digit, score in rows:
        x, y = (x1 + x2) / 2 - about[0], (y1 + y2) / 2 - about[1]
        right, down = about[0] + x * cos - y * sin, about[1] + x * sin + y * cos
        w, h = (x2 - x1) / 2, (y2 - y1) / 2
        result.append((right - w, down - h, right + w, down + h, digit, score))
    return result
