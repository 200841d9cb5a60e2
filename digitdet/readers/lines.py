"""Groups digits into lines and puts each line's digits into reading order."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from digitdet.readers.found_digits import FoundDigit

COLUMN_SLOPE = math.tan(math.radians(70))
"""Steeper lines are columns. Of SVHN's 28,265 training numbers of two digits or more, 43 are, most
of them by more than 80 degrees; only 4 others are steeper than 65."""

COLUMN_GAP = 1.2  # heights: widest gap between digits of a column
COLUMN_SHIFT = 0.8  # heights: farthest shift to the side from one digit of a column to the next
LEVEL_SPREAD = 0.36  # heights: how far digits of a level line may stand off it
STEEP_SPREAD = 0.15  # heights: the same for a steep line
COLUMN_SPREAD = 0.22  # heights: the same for a column
MIN_ADVANCE = 0.25  # of a digit's width, of its height in a column: from centre to centre


class LineLimits(NamedTuple):
    """What digits of one line have in common, in heights of a digit.

    Attributes:
        max_gap: Widest gap between digits that stand on one level.
        max_uneven_gap: How much wider one gap of a line may be than twice the median of its others.
        max_step: How far one digit may stand above or below the next, where they adjoin; the
            wider the gap, the less.
        max_height_ratio: Height of the larger digit over that of the smaller.
        columns: Whether digits below one another are read downwards; else by their left edges.
    """

    max_gap: float
    max_uneven_gap: float
    max_step: float
    max_height_ratio: float
    columns: bool


class Line(NamedTuple):
    """Digits of one number.

    Attributes:
        digits: In reading order.
        direction: Unit vector of reading (right, down); (1, 0) for a single digit.
    """

    digits: list[FoundDigit]
    direction: tuple[float, float]


def group_lines(digits: Sequence[FoundDigit], limits: LineLimits) -> list[Line]:
    """Group digits into lines.

    Nearest neighbours are joined first, as long as all digits of both groups lie on one line.

    Args:
        digits: One detection for each digit; their order decides between equally near neighbours.
        limits: What digits of one line have in common.

    Returns:
        The lines; each digit is in one of them.
    """
    lines = [Line([digit], (1.0, 0.0)) for digit in digits]
    of_digit = list(range(len(digits)))
    for _, one, other in _links(digits, limits):
        first, second = of_digit[one], of_digit[other]
        if first == second:
            continue
        joined = fit_line(lines[first].digits + lines[second].digits, limits)
        if joined is not None:
            lines[first] = joined
            of_digit = [first if line == second else line for line in of_digit]
    return [lines[number] for number in dict.fromkeys(of_digit)]


def _links(digits: Sequence[FoundDigit], limits: LineLimits) -> list[tuple[float, int, int]]:
    """Return the pairs of possible neighbours, nearest first: distance and both positions."""
    links = []
    for second, other in enumerate(digits):
        for first in range(second):
            distance = neighbour_distance(digits[first], other, limits)
            if distance <= 1:
                links.append((distance, first, second))
    links.sort()
    return links


def neighbour_distance(one: FoundDigit, other: FoundDigit, limits: LineLimits) -> float:
    """Tell how far two digits are from being neighbours.

    Args:
        one: A digit.
        other: Another.
        limits: What digits of one line have in common.

    Returns:
        0 where they adjoin on one level, up to 1 where they may be neighbours, else more.
    """
    small, large = one.height, other.height
    if small > large:
        small, large = large, small
    height = (small + large) / 2
    unequal = (large / small - 1) / (limits.max_height_ratio - 1)
    across, down = abs(one.x - other.x), abs(one.y - other.y)
    if down <= COLUMN_SLOPE * across:
        gap = max(across - (one.width + other.width) / 2, 0.0)
        return unequal + (gap / limits.max_gap + down / limits.max_step) / height
    gap = max(down - height, 0.0)
    return unequal + (gap / COLUMN_GAP + across / COLUMN_SHIFT) / height


def fit_line(digits: Sequence[FoundDigit], limits: LineLimits) -> Line | None:
    """Lay a line through the centres of digits: the median of the slopes of all pairs.

    Theil and Sen's estimate: unequal heights and digits above and below the line move it little.

    Args:
        digits: Two or more.
        limits: What digits of one line have in common; the distance of neighbours is not judged.

    Returns:
        The line with its digits in reading order, or None where they do not lie on one line, two
        of them in one place of it, or one gap is too wide among the others.
    """
    slopes = _slopes([(d.x, d.y) for d in digits])
    level = median(map(abs, slopes)) <= COLUMN_SLOPE  # a column's lean to both sides
    slope = median(slopes if level else _slopes([(d.y, d.x) for d in digits]))
    length = math.hypot(1.0, slope)
    right, down = (1 / length, slope / length) if level else (slope / length, 1 / length)
    offsets = [d.y * right - d.x * down for d in digits]
    height = sum(d.height for d in digits) / len(digits)
    steep = STEEP_SPREAD + (LEVEL_SPREAD - STEEP_SPREAD) * right**4
    allowed = steep if level else COLUMN_SPREAD
    if max(offsets) - min(offsets) > 2 * allowed * height:
        return None
    ordered = [d for _, d in sorted((d.x * right + d.y * down, d) for d in digits)]
    if not _advances(ordered, level) or _uneven(ordered, level, limits.max_uneven_gap * height):
        return None
    return Line(ordered if level or limits.columns else sorted(digits), (right, down))


def _slopes(points: Sequence[tuple[float, float]]) -> list[float]:
    """Return the slopes of all pairs of points; that of points with the same x is infinite."""
    slopes = []
    for number, (x, y) in enumerate(points):
        for other_x, other_y in points[:number]:
            across = other_x - x
            slopes.append((other_y - y) / across if across else math.inf)
    return slopes


def _advances(digits: Sequence[FoundDigit], level: bool) -> bool:
    """Tell whether each digit stands far enough to the right of, or below, the one before."""
    if level:
        return all(
            2 * (other.x - one.x) >= MIN_ADVANCE * (one.width + other.width)
            for one, other in pairwise(digits)
        )
    return all(
        2 * (other.y - one.y) >= MIN_ADVANCE * (one.height + other.height)
        for one, other in pairwise(digits)
    )


def _uneven(digits: Sequence[FoundDigit], level: bool, allowed: float) -> bool:
    """Tell whether the widest gap exceeds twice the median of the others by more than allowed."""
    if len(digits) < 3:
        return False
    if level:
        gaps = sorted(max(other.x1 - one.x2, 0.0) for one, other in pairwise(digits))
    else:
        gaps = sorted(max(other.y1 - one.y2, 0.0) for one, other in pairwise(digits))
    return gaps[-1] > allowed + 2 * median(gaps[:-1])
