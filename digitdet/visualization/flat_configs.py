"""Nested configs as single values, which trackers of experiments list and compare."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def flatten(config: Mapping[str, Any]) -> dict[str, str]:
    """Return each value of a nested config under its dotted key, as a command line names it.

    Args:
        config: Plain JSON.

    Returns:
        Text for each key: strings as they are, everything else as JSON. Lists that hold parts are
        taken apart by their positions; other lists, and what is empty, stay whole.
    """
    return dict(_leaves(config, ""))


def _leaves(value: Any, key: str) -> Iterator[tuple[str, str]]:
    parts: Mapping[Any, Any] = {}
    if isinstance(value, Mapping):
        parts = value
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        parts = dict(enumerate(value))
    for name, part in parts.items():
        yield from _leaves(part, f"{key}.{name}" if key else str(name))
    if key and not parts:
        yield key, value if isinstance(value, str) else json.dumps(value)
