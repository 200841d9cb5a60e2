"""Joins what is one number though its digits stand on no line."""

from collections.abc import Sequence

from digitdet.readers.found_digits import FoundDigit
from digitdet.readers.lines import Line

MAX_GAP = 0.4  # heights: widest gap between digits that touch
MIN_SHARED = 0.25  # of the lower digit's height: how much of it both stand beside one another
MAX_HEIGHT_RATIO = 2.0  # height of the larger digit over that of the smaller


def join_touching(lines: Sequence[Line]) -> list[Line]:
    """Join lines of which two digits touch side by side: two numbers keep more distance.

    Args:
        lines: Lines that do not fit into one, as where digits are stacked within a number.

    Returns:
        The lines that are left. The digits of joined ones are ordered by their left edges.
    """
    joined: list[Line] = []
    for line in lines:
        touched = [other for other in joined if _lines_touch(line, other)]
        if touched:
            joined = [other for other in joined if other not in touched]
            digits = [digit for part in (line, *touched) for digit in part.digits]
            line = Line(sorted(digits), max((line, *touched), key=_length).direction)
        joined.append(line)
    return joined


def _length(line: Line) -> tuple[int, list[FoundDigit]]:
    return len(line.digits), line.digits


def _lines_touch(one: Line, other: Line) -> bool:
    return any(_digits_touch(a, b) for a in one.digits for b in other.digits)


def _digits_touch(one: FoundDigit, other: FoundDigit) -> bool:
    small, large = sorted((one.height, other.height))
    gap = max(one.x1, other.x1) - min(one.x2, other.x2)
    shared = min(one.y2, other.y2) - max(one.y1, other.y1)
    return (
        large <= MAX_HEIGHT_RATIO * small
        and 2 * gap <= MAX_GAP * (small + large)
        and shared >= MIN_SHARED * small
    )
