"""The settings of a search space, the nearest to the default first."""

import itertools
import math
import random
from collections.abc import Iterator, Sequence

from digitdet.tuning.space import Setting, Space

Point = tuple[int, ...]  # for each argument, the position of its value among the candidates


def list_settings(
    space: Space, default: Setting, max_settings: int, seed: int = 0
) -> list[Setting]:
    """List the settings to try, the nearest to the default first.

    All of the grid where it is small enough. Else the default, each setting that changes one value
    of it, and settings drawn so that each value stays the default's with probability 1/2.

    Args:
        space: Argument -> candidates, the default among them.
        default: Argument -> its default.
        max_settings: Most settings to try, at least 1; those that change one value are tried in
            any case.
        seed: Of the draws.

    Returns:
        Settings by the number of changed values, then by how many candidates lie between, then in
        the order of the space: of settings that read equally well, the first one is to be taken.

    Raises:
        ValueError: If ``max_settings`` is less than 1.
    """
    if max_settings < 1:
        raise ValueError(f"max_settings has to be at least 1, got {max_settings}")
    sizes = [len(values) for values in space.values()]
    home = tuple(values.index(default[name]) for name, values in space.items())
    if math.prod(sizes) <= max_settings:
        chosen = set(itertools.product(*map(range, sizes)))
    else:
        chosen = _draw_points(sizes, home, max_settings, random.Random(seed))
    return [
        {name: values[i] for i, (name, values) in zip(point, space.items(), strict=True)}
        for point in sorted(chosen, key=lambda point: _nearness(point, home))
    ]


def _draw_points(
    sizes: Sequence[int], home: Point, max_points: int, rng: random.Random
) -> set[Point]:
    chosen = set(_changes_of_one(sizes, home))
    while len(chosen) < max_points:
        chosen.add(
            tuple(
                base if rng.random() < 0.5 else rng.randrange(size)
                for base, size in zip(home, sizes, strict=True)
            )
        )
    return chosen


def _changes_of_one(sizes: Sequence[int], home: Point) -> Iterator[Point]:
    """Yield the default and each point of the grid that changes one value of it."""
    yield home
    for position, size in enumerate(sizes):
        for index in range(size):
            yield (*home[:position], index, *home[position + 1 :])


def _nearness(point: Point, home: Point) -> tuple[int, int, Point]:
    steps = [abs(index - base) for index, base in zip(point, home, strict=True)]
    return sum(step > 0 for step in steps), sum(steps), point
