import math

import pytest
from layouts import Row

from digitdet.readers.found_digits import FoundDigit, found_digit
from digitdet.readers.lines import LineLimits, fit_line, group_lines, neighbour_distance

LIMITS = LineLimits(
    max_gap=2.0, max_uneven_gap=0.7, max_step=2.0, max_height_ratio=2.0, columns=True
)


def at(x: float, y: float, label: int = 1, width: float = 10, height: float = 20) -> FoundDigit:
    """A digit by its centre."""
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return found_digit(box, label, 0.9)


@pytest.mark.parametrize(
    ("other", "distance"),
    [
        (at(10, 0), 0.0),
        (at(6, 0), 0.0),
        (at(30, 0), 0.5),
        (at(50, 0), 1.0),
        (at(10, 20), 0.5),
        (at(30, 20), 1.0),
        (at(10, 0, height=40), 1.0),
        (at(10, 0, height=30), 0.5),
        (at(0, 20), 0.0),
        (at(0, 44), 1.0),
        (at(6.4, 20), 0.4),
        (at(6.4, -20), 0.4),
    ],
)
def test_the_distance_of_neighbours_counts_gap_step_and_unequal_heights(
    other: FoundDigit, distance: float
) -> None:
    assert neighbour_distance(at(0, 0), other, LIMITS) == pytest.approx(distance)
    assert neighbour_distance(other, at(0, 0), LIMITS) == pytest.approx(distance)


@pytest.mark.parametrize(
    ("centres", "order", "degrees"),
    [
        ([(0, 0), (10, 0)], [0, 1], 0),
        ([(10, 0), (0, 0)], [1, 0], 0),
        ([(0, 0), (10, 10), (20, 20)], [0, 1, 2], 45),
        ([(0, 0), (10, -10), (20, -20)], [0, 1, 2], -45),
        ([(0, 7), (10, 0), (20, 7), (30, 0)], [0, 1, 2, 3], 0),
        ([(0, 40), (0, 0), (0, 20)], [1, 2, 0], 90),
        ([(0, 0), (1, 20), (-1, 40), (0.5, 60)], [0, 1, 2, 3], 90),
        ([(0, 0), (10, 0), (33, 0)], [0, 1, 2], 0),
        ([(0, 0), (12, 0), (39, 0)], [0, 1, 2], 0),
        ([(0, 0), (7, 20)], [0, 1], 70.7),
        ([(0, 0), (8, 20)], [0, 1], 68.2),
        ([(0, 0), (-8, 20)], [1, 0], -68.2),
        ([(0, 0), (-7, 20)], [0, 1], 109.3),
        ([(0, 0), (10, 1), (20, 9), (30, 0), (40, 0)], [0, 1, 2, 3, 4], 0),
    ],
)
def test_a_line_is_read_along_its_direction(
    centres: list[tuple[float, float]], order: list[int], degrees: float
) -> None:
    digits = [at(x, y) for x, y in centres]
    line = fit_line(digits, LIMITS)
    assert line
    assert line.digits == [digits[n] for n in order]
    right, down = line.direction
    assert math.degrees(math.atan2(down, right)) == pytest.approx(degrees, abs=7)


@pytest.mark.parametrize(
    "centres",
    [
        [(0, 0), (0, 0)],
        [(0, 0), (2, 0)],
        [(0, 0), (0, 4)],
        [(0, 0), (10, 0), (0, 26)],
        [(0, 0), (10, 0), (10, 26)],
        [(0, 0), (10, 0), (20, 26)],
        [(0, 0), (10, 0), (0, 26), (10, 26)],
        [(0, 0), (10, 20), (20, 0)],
        [(0, 0), (10, 0), (35, 0)],
        [(0, 0), (12, 0), (41, 0)],
        [(0, 0), (0, 20), (0, 55)],
    ],
)
def test_what_does_not_lie_on_one_line_is_none(centres: list[tuple[float, float]]) -> None:
    assert fit_line([at(x, y) for x, y in centres], LIMITS) is None


def test_a_column_is_ordered_by_left_edges_on_demand() -> None:
    digits = [at(0, 0, 1), at(-1, 20, 2), at(1, 40, 3)]
    line = fit_line(digits, LIMITS._replace(columns=False))
    assert line
    assert [digit.label for digit in line.digits] == [2, 1, 3]


@pytest.mark.parametrize(
    ("centres", "groups"),
    [
        ([], []),
        ([(0, 0)], [[0]]),
        ([(0, 0), (10, 0), (20, 0)], [[0, 1, 2]]),
        ([(20, 0), (0, 0), (10, 0)], [[1, 2, 0]]),
        ([(0, 0), (0, 28), (10, 0), (10, 28)], [[0, 2], [1, 3]]),
        ([(0, 0), (0, 28)], [[0, 1]]),
        ([(0, 0), (60, 0)], [[0], [1]]),
        ([(0, 0), (10, 8), (20, 16), (0, 30), (10, 38), (20, 46)], [[0, 1, 2], [3, 4, 5]]),
    ],
)
def test_nearest_digits_of_one_line_are_grouped(
    centres: list[tuple[float, float]], groups: list[list[int]]
) -> None:
    digits = [at(x, y, label + 1) for label, (x, y) in enumerate(centres)]
    found = [[digit.label - 1 for digit in line.digits] for line in group_lines(digits, LIMITS)]
    assert found == groups


def test_digits_of_unlike_heights_are_of_two_lines() -> None:
    rows: list[Row] = [(0, 0, 10, 20, 1, 1.0), (10, 0, 20, 20, 2, 1.0), (22, 4, 26, 13, 3, 1.0)]
    lines = group_lines([found_digit(row[:4], row[4], row[5]) for row in rows], LIMITS)
    assert [[digit.label for digit in line.digits] for line in lines] == [[1, 2], [3]]
