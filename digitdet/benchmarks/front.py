"""Which of several things none other beats in all respects."""

from collections.abc import Iterable, Sequence


def is_on_front(point: Sequence[float], points: Iterable[Sequence[float]]) -> bool:
    """Whether no other point is as good in all respects and better in one: Pareto's front.

    Args:
        point: One of the points.
        points: All of them; in each respect less is better.
    """
    return not any(
        all(theirs <= own for theirs, own in zip(other, point, strict=True))
        and any(theirs < own for theirs, own in zip(other, point, strict=True))
        for other in points
    )
