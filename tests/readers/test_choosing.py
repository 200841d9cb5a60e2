import pytest

from digitdet.readers.choosing import drop_doubtful, order_lines, shorten
from digitdet.readers.found_digits import found_digit
from digitdet.readers.lines import Line
from digitdet.readers.touching import join_touching

Spec = tuple[float, float, float, tuple[float, ...]]
"""Left edge, top edge, height, scores."""


def line(x: float, y: float, height: float, scores: tuple[float, ...], label: int = 1) -> Line:
    """A level line of digits that adjoin and are half as wide as high."""
    width = height / 2
    digits = [
        found_digit((x + n * width, y, x + (n + 1) * width, y + height), label, score)
        for n, score in enumerate(scores)
    ]
    return Line(digits, (1.0, 0.0))


@pytest.mark.parametrize(
    ("specs", "kept"),
    [
        ([], []),
        ([(0, 0, 20, (0.1,))], [0]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 20, (0.5,))], [0, 1]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 20, (0.4,))], [0]),
        ([(0, 50, 20, (0.4,)), (0, 0, 20, (0.9, 0.9))], [1]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 20, (0.2, 0.2))], [0]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 20, (0.4, 0.3))], [0, 1]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 60, (0.9,))], [0]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 6, (0.9,))], [0]),
        ([(0, 0, 20, (0.9, 0.9)), (0, 50, 60, (0.9, 0.9))], [0, 1]),
        ([(0, 0, 20, (0.5, 0.5, 0.5)), (0, 50, 20, (0.9,))], [0, 1]),
    ],
)
def test_lines_much_less_sure_than_the_surest_are_dropped(
    specs: list[Spec], kept: list[int]
) -> None:
    lines = [line(*spec) for spec in specs]
    found = drop_doubtful(lines, single_ratio=0.5, several_ratio=0.3, max_single_size=2.5)
    assert found == [lines[n] for n in kept]


@pytest.mark.parametrize(
    ("specs", "order"),
    [
        ([], []),
        ([(0, 0, 20, (1.0,))], [0]),
        ([(0, 40, 20, (1.0,)), (0, 0, 20, (1.0,))], [1, 0]),
        ([(80, 0, 20, (1.0,)), (0, 5, 20, (1.0,))], [1, 0]),
        ([(0, 0, 20, (1.0,)), (0, 40, 40, (1.0,))], [1, 0]),
        ([(0, 0, 20, (1.0,)), (0, 40, 24, (1.0,))], [0, 1]),
        ([(0, 0, 10, (1.0,)), (0, 90, 40, (1.0,)), (0, 60, 10, (1.0,))], [1, 0, 2]),
        ([(80, 40, 20, (1.0,)), (80, 2, 20, (1.0,)), (0, 41, 20, (1.0,)), (0, 0, 20, (1.0,))],
         [3, 1, 2, 0]),
    ],
)  # fmt: skip
def test_the_largest_number_is_first_then_the_others_as_they_are_read(
    specs: list[Spec], order: list[int]
) -> None:
    lines = [line(*spec) for spec in specs]
    assert order_lines(lines) == [lines[n] for n in order]


@pytest.mark.parametrize(
    ("scores", "most", "kept"),
    [
        ((0.5,), 1, [0]),
        ((0.5, 0.9), 1, [1]),
        ((0.5, 0.9, 0.7), 2, [1, 2]),
        ((0.5, 0.5, 0.5), 2, [0, 1]),
        ((0.5, 0.9, 0.7), 5, [0, 1, 2]),
    ],
)
def test_the_least_sure_digits_of_a_long_line_are_left_out(
    scores: tuple[float, ...], most: int, kept: list[int]
) -> None:
    long = line(0, 0, 20, scores)
    assert shorten(long, most).digits == [long.digits[n] for n in kept]


def test_of_equal_digits_no_more_stay_than_asked_for() -> None:
    digit = line(0, 0, 20, (0.5,)).digits[0]
    assert shorten(Line([digit] * 3, (1.0, 0.0)), 2).digits == [digit] * 2


@pytest.mark.parametrize(
    ("specs", "groups"),
    [
        ([], []),
        ([(0, 0, 20, (1.0,))], [[0]]),
        ([(0, 0, 20, (1.0, 1.0)), (22, 12, 20, (1.0,))], [[0, 1]]),
        ([(22, 12, 20, (1.0,)), (0, 0, 20, (1.0, 1.0))], [[1, 0]]),
        ([(0, 0, 20, (1.0, 1.0)), (22, 16, 20, (1.0,))], [[0], [1]]),
        ([(0, 0, 20, (1.0, 1.0)), (29, 0, 20, (1.0,))], [[0], [1]]),
        ([(0, 0, 20, (1.0, 1.0)), (22, 0, 44, (1.0,))], [[0], [1]]),
        ([(0, 0, 20, (1.0,)), (24, 0, 20, (1.0,)), (12, 9, 20, (1.0,))], [[0, 2, 1]]),
    ],
)
def test_lines_that_touch_side_by_side_are_joined(
    specs: list[Spec], groups: list[list[int]]
) -> None:
    lines = [line(*spec, label=n + 1) for n, spec in enumerate(specs)]
    found = [
        list(dict.fromkeys(digit.label - 1 for digit in joined.digits))
        for joined in join_touching(lines)
    ]
    assert found == groups
