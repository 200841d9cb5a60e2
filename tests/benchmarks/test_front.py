"""Pareto's front, by hand."""

import pytest

from digitdet.benchmarks.front import is_on_front


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(1, 1)], [True]),
        ([(1, 2), (2, 1), (2, 2)], [True, True, False]),
        ([(1, 1), (1, 1)], [True, True]),
        ([(1, 3), (1, 2), (0, 9)], [False, True, True]),
    ],
)
def test_what_is_beaten_in_all_respects_is_not_on_the_front(
    points: list[tuple[float, ...]], expected: list[bool]
) -> None:
    assert [is_on_front(point, points) for point in points] == expected
