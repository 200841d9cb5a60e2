"""Which of a picture's lines are numbers, and in which order they are named."""

from collections.abc import Sequence

from digitdet.readers.lines import Line

SAME_SIZE = 0.8  # of the largest height: numbers at least so high count as equally large
SAME_ROW = 0.6  # heights: numbers less far above or below one another stand side by side
SAME_ROW_SLOPE = 0.25  # the same, of how far they stand beside one another: 14 degrees


def mean_score(line: Line) -> float:
    """Return the mean score of a line's digits."""
    return sum(digit.score for digit in line.digits) / len(line.digits)


def line_height(line: Line) -> float:
    """Return the mean height of a line's digits in pixels."""
    return sum(digit.height for digit in line.digits) / len(line.digits)


def drop_doubtful(
    lines: Sequence[Line], single_ratio: float, several_ratio: float, max_single_size: float
) -> list[Line]:
    """Drop lines that are much less sure than the surest one, and single boxes of odd size.

    Args:
        lines: The lines of a picture.
        single_ratio: Share of the surest line's mean score that a single digit needs.
        several_ratio: Share that a line of several digits needs.
        max_single_size: How many times as high as the surest line's digits a single digit may be,
            and how many times as low.

    Returns:
        The others; the surest line, which has the greatest sum of scores, is one of them.
    """
    if len(lines) < 2:
        return list(lines)
    surest = max(lines, key=lambda line: sum(digit.score for digit in line.digits))
    score, height = mean_score(surest), line_height(surest)

    def stays(line: Line) -> bool:
        if len(line.digits) > 1:
            return mean_score(line) >= several_ratio * score
        size = line_height(line) / height
        usual = 1 / max_single_size <= size <= max_single_size
        return usual and mean_score(line) >= single_ratio * score

    return [line for line in lines if line is surest or stays(line)]


def shorten(line: Line, max_digits: int) -> Line:
    """Leave out the least sure digits of a line that has too many.

    Args:
        line: A line.
        max_digits: Most digits that stay, 1 or more.

    Returns:
        The line, its order kept.
    """
    if len(line.digits) <= max_digits:
        return line
    digits = line.digits
    surest = sorted(range(len(digits)), key=lambda place: (-digits[place].score, digits[place]))
    return Line([digits[place] for place in sorted(surest[:max_digits])], line.direction)


def order_lines(lines: Sequence[Line]) -> list[Line]:
    """Put numbers into order: *the* number of the picture first, the others as they are read.

    The number is the one with the largest digits; of equally large ones, the first that is read:
    from top to bottom and, within a row, from left to right, along the direction of the numbers.

    Args:
        lines: The numbers of a picture.

    Returns:
        The same in order.
    """
    if len(lines) < 2:
        return list(lines)
    read = _reading_order(lines)
    limit = SAME_SIZE * max(map(line_height, lines))
    first = next(line for line in read if line_height(line) >= limit)
    return [first, *(line for line in read if line is not first)]


def _reading_order(lines: Sequence[Line]) -> list[Line]:
    right, down = _common_direction(lines)
    places = []
    for line in lines:
        x = sum(digit.x for digit in line.digits) / len(line.digits)
        y = sum(digit.y for digit in line.digits) / len(line.digits)
        places.append((y * right - x * down, x * right + y * down, line))
    places.sort()
    rows: list[list[tuple[float, float, Line]]] = []
    for place in places:
        if rows and _side_by_side(rows[-1][-1], place):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [line for row in rows for _, _, line in sorted(row, key=lambda place: place[1:])]


def _side_by_side(upper: tuple[float, float, Line], lower: tuple[float, float, Line]) -> bool:
    below, beside = lower[0] - upper[0], abs(lower[1] - upper[1])
    return below <= max(SAME_ROW * line_height(lower[2]), SAME_ROW_SLOPE * beside)


def _common_direction(lines: Sequence[Line]) -> tuple[float, float]:
    """Return the mean direction of the lines that run to the right, by their numbers of digits."""
    level = [line for line in lines if len(line.digits) > 1 and line.direction[0] > 0.7]
    if not level:
        return 1.0, 0.0
    right = sum(len(line.digits) * line.direction[0] for line in level)
    down = sum(len(line.digits) * line.direction[1] for line in level)
    length = (right**2 + down**2) ** 0.5
    return right / length, down / length
