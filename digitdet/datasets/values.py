"""Decides which values of an annotation file are taken."""

from typing import Any, TypeGuard

from digitdet.datasets.paths import is_plain, is_relative

# Pixels of a side: below it, float32 holds every whole and half pixel.
MAX_SIDE = 2**23


def is_int(value: Any) -> TypeGuard[int]:
    """Whether a value is an integer that int64 holds; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def is_int_or_none(value: Any) -> TypeGuard[int | None]:
    """Whether a value is an integer that int64 holds, or None, as if it were left out."""
    return value is None or is_int(value)


def is_size(value: Any) -> TypeGuard[int]:
    """Whether a value is a picture's width or height in pixels."""
    return is_int(value) and 0 < value <= MAX_SIDE


def is_bbox(value: Any) -> bool:
    """Whether a value is a list of four finite numbers; where the box lies is not judged."""
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(type(v) in (int, float) and -1e9 < v < 1e9 for v in value)
    )


def is_name(value: Any) -> bool:
    """Whether a value is a path inside the picture folder, in printable characters."""
    return isinstance(value, str) and is_plain(value) and is_relative(value)


def is_flag(value: Any) -> bool:
    """Whether a value is 0, 1, True or False."""
    return type(value) in (bool, int) and value in (0, 1)
