"""Which settings of a reader are tried."""

import ast
import difflib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from digitdet.registry import READERS

Setting = dict[str, Any]
Space = Mapping[str, Sequence[Any]]

# Argument -> candidates, by the reader's name.
SPACES: dict[str, Space] = {
    "LeftToRightReader": {"score_threshold": [step / 20 for step in range(1, 20)]},
    "LineReader": {
        "score_threshold": [0.4, 0.5, 0.6, 0.7, 0.9],
        "fallback_thresholds": [(), (0.1,), (0.2,), (0.3,), (0.3, 0.1), (0.2, 0.05)],
        "join_ratio": [0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0],
        "max_iou": [0.3, 0.4, 0.5, 0.7],
        "max_containment": [0.5, 0.6, 0.7, 0.8, 0.9],
        "max_gap": [1.0, 1.5, 1.9, 3.0],
        "max_height_ratio": [1.5, 1.75, 2.0, 2.5],
        "columns": [True, False],
        "several_ratio": [0.3, 0.45, 0.6, 0.8, 1.0],
    },
}
_WORDS = {"true": True, "false": False, "none": None}


def find_space(reader: Mapping[str, Any], options: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Return what to try of a reader.

    Args:
        reader: Its config.
        options: ``ARGUMENT=VALUE,VALUE,...``; they replace the table's whole entry for the reader.

    Returns:
        Argument -> candidates, the default among them: the value that ``reader`` states, else the
        class's own. Numbers are in rising order; of others, the default comes first.

    Raises:
        ValueError: If the table does not know the reader and there are no options, one is not of
            that form, or the reader takes no such argument.
    """
    defaults = _defaults(reader)
    if not options and reader["type"] not in SPACES:
        raise ValueError(
            f"nothing is known about the values to try of {reader['type']}; state them, for "
            f"example --space {next(iter(defaults), 'ARGUMENT')}=VALUE,VALUE"
        )
    space = parse_space(options) if options else SPACES[reader["type"]]
    for name in space:
        if name not in defaults:
            close = difflib.get_close_matches(name, defaults, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; it takes {list(defaults)}"
            raise ValueError(f"--space: {reader['type']} takes no argument {name!r}{hint}")
    return {name: _candidates(values, defaults[name]) for name, values in space.items()}


def parse_space(options: Sequence[str]) -> dict[str, list[Any]]:
    """Parse ``ARGUMENT=VALUE,VALUE,...``: each value a Python literal where it is one, else a text.

    Raises:
        ValueError: If one is not of that form, or names an argument again.
    """
    space: dict[str, list[Any]] = {}
    for option in options:
        name, _, text = option.partition("=")
        values = _split(text)
        if not name.strip() or not all(values):
            raise ValueError(f"--space takes ARGUMENT=VALUE,VALUE,..., got {option!r}")
        if name.strip() in space:
            raise ValueError(f"--space names {name.strip()!r} twice; list all its values at once")
        space[name.strip()] = [_parse(value, option) for value in values]
    return space


def default_setting(reader: Mapping[str, Any], names: Iterable[str]) -> Setting:
    """Return the values that a reader's config, or else its class, gives some arguments."""
    defaults = _defaults(reader)
    return {name: defaults[name] for name in names}


def _defaults(reader: Mapping[str, Any]) -> dict[str, Any]:
    """Return each argument that a reader takes with its default, ``empty`` if it has none."""
    parameters = inspect.signature(READERS.get(reader["type"])).parameters
    return {
        name: _plain(reader.get(name, parameter.default)) for name, parameter in parameters.items()
    }


def _plain(value: Any) -> Any:
    """Make tuples of lists, as a config may hold either."""
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _candidates(values: Sequence[Any], default: Any) -> list[Any]:
    found: list[Any] = []
    for value in [default, *map(_plain, values)]:
        found += [] if value in found else [value]
    numbers = all(isinstance(value, int | float) and type(value) is not bool for value in found)
    return sorted(found) if numbers else found


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _parse(text: str, option: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        if text.startswith(("[", "(", "{")):
            raise ValueError(f"--space: {text!r} of {option!r} is no Python literal") from None
        return text
