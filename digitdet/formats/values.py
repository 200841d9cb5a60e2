"""Numbers of annotation files: checked when read, tidied when written."""

import math
from typing import Any

from digitdet.datasets.json_files import short

# Pixels; what lies beyond is a damaged file, and float32 would no longer hold it.
LIMIT = 1e9
# Of a pixel: kept when written. Sums of float64 are off by 1e-12 px or so; rounded here, 12 is 12
# again after any number of conversions, and what has up to nine decimals stays exactly itself.
DECIMALS = 9


def parse_number(value: Any, where: str, what: str) -> float:
    """Read a number, from a text or a number.

    Args:
        value: The value in the file.
        where: File and place, for errors.
        what: What it is, for errors.

    Raises:
        ValueError: If it is not a finite number of a sensible size.
    """
    try:
        number = float(value) if type(value) in (int, float, str) else math.nan
    except (OverflowError, ValueError):
        number = math.nan
    if not abs(number) < LIMIT:
        raise ValueError(f"{where}: {what} has to be a finite number, got {short(value)}")
    return number


def tidy(value: float) -> int | float:
    """Round to `DECIMALS`; a whole number becomes an int."""
    rounded = round(value, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded
