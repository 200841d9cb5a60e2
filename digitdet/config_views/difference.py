"""Shows what two configs differ in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitdet.config_views.descriptions import default_text
from digitdet.config_views.sources import (
    SourcedConfig,
    children,
    default_arguments,
    is_leaf,
    load_sourced,
    shortened,
)
from digitdet.config_views.text import literal
from digitdet.console import console


@dataclass(frozen=True)
class Side:
    """The value that one of two configs has for a key.

    Attributes:
        text: The value, as text.
        place: What set it.
    """

    text: str
    place: str


@dataclass(frozen=True)
class Difference:
    """A key of which two configs have different values."""

    key: str
    first: Side
    second: Side


class _Missing:
    """The value of a key that a config does not have."""


MISSING = _Missing()


def print_difference(first: str | Path, second: str | Path) -> None:
    """Print what two configs differ in, each value with its file and line.

    Raises:
        ValueError: If one of them can't be used.
    """
    found = find_differences(load_sourced(first), load_sourced(second))
    if not found:
        console.print(f"{first} and {second} are equal in every value")
        return
    console.print(f"A = {first}\nB = {second}\n")
    for difference in found:
        console.print(difference.key)
        sides = (difference.first, difference.second)
        width = max(len(side.text) for side in sides)
        for name, side in zip("AB", sides, strict=True):
            console.print(f"    {name}  {side.text:{width}}  {side.place}".rstrip())


def find_differences(first: SourcedConfig, second: SourcedConfig) -> list[Difference]:
    """Find what two configs differ in.

    What follows from something else is left out: what is handed on, a ``work_dir`` that follows
    from the config's name, and an argument that one states and the other has by default.
    """
    sides = (first, second)
    defaults = [
        {key: value for part in side.parts() for key, value in default_arguments(part).items()}
        for side in sides
    ]
    found = []
    for key, *values in _differing("", first.values, second.values):
        if all(_follows(side, key, value) for side, value in zip(sides, values, strict=True)):
            continue
        filled = [
            default.get(key, MISSING) if value is MISSING else value
            for default, value in zip(defaults, values, strict=True)
        ]
        if not _is_same(*filled):
            texts = [
                _side(side, key, value, default)
                for side, value, default in zip(sides, values, defaults, strict=True)
            ]
            found.append(Difference(key, *texts))
    return found


def _differing(key: str, first: Any, second: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield keys with the two values, `MISSING` for one; dicts that both have are entered."""
    dicts = isinstance(first, Mapping) and isinstance(second, Mapping)
    lists = all(isinstance(value, list | tuple) for value in (first, second))
    if dicts or (lists and not (is_leaf(first) and is_leaf(second))):
        one, other = dict(children(first)), dict(children(second))
        for name in [*one, *(name for name in other if name not in one)]:
            below = f"{key}.{name}" if key else name
            yield from _differing(below, one.get(name, MISSING), other.get(name, MISSING))
    elif not _is_same(first, second):
        yield key, first, second


def _is_same(first: Any, second: Any) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, a list and a tuple, not 1 and True."""
    return bool(_comparable(first) == _comparable(second))


def _comparable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_comparable(item) for item in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and value == value else (type(value), default_text(value))


def _follows(side: SourcedConfig, key: str, value: Any) -> bool:
    """Whether nothing states a value, as it is missing, handed on or made of the config's name."""
    if value is MISSING:
        return True
    origins = side.origins
    return origins.winner(key) is None and (key == "work_dir" or origins.handed_on(key) is not None)


def _side(side: SourcedConfig, key: str, value: Any, defaults: Mapping[str, Any]) -> Side:
    if value is not MISSING:
        return Side(shortened(literal(value)), side.origins.place(key))
    if key in defaults:
        return Side(default_text(defaults[key]), "(default)")
    return Side("(not set)", "")
