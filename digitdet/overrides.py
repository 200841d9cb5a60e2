"""Overrides of the command line: ``KEY=VALUE`` texts, and their merging into a config."""

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config

from digitdet.config_checks.problems import Problem

DELETE = "_delete_"


def parse_overrides(options: Sequence[str]) -> dict[str, Any]:
    """Parse ``KEY=VALUE`` texts of the command line.

    Args:
        options: Texts such as ``"model.min_size=256"``, ``"model.mean=[0,0,0]"`` or
            ``"data_root=/my data"``.

    Returns:
        Dotted key -> value: a Python literal where the text is one, else the text itself.

    Raises:
        ValueError: If one is not of that form, begins like a list, tuple or dict and is none, or
            undoes an earlier one.
    """
    parsed: dict[str, Any] = {}
    for option in options:
        key, equals, text = option.partition("=")
        if not all(part.strip() for part in key.split(".")) or not equals:
            raise ValueError(f"--cfg-options takes KEY=VALUE, got {option!r}")
        key, value = key.strip(), _parse_value(text, option)
        _refuse_undoing(parsed, key, value)
        parsed[key] = value
    return parsed


def _refuse_undoing(earlier: Mapping[str, Any], key: str, value: Any) -> None:
    """Refuse an override that mmengine would let replace one which was given before it."""
    if key in earlier and repr(earlier[key]) != repr(value):
        raise ValueError(
            f"--cfg-options gives {key} twice, as {earlier[key]!r} and {value!r}; give one of them"
        )
    below = next((other for other in earlier if other.startswith(f"{key}.")), None)
    if below is not None:
        raise ValueError(
            f"--cfg-options: {key} replaces what {below} before it sets; give {key} first"
        )


def _parse_value(text: str, option: str) -> Any:
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        if text.startswith(("[", "(", "{")):
            raise ValueError(
                f"--cfg-options: the value of {option!r} is no Python literal; write texts within "
                "it in quotes, for example \"key=['a','b']\""
            ) from None
        return text
    return list(value) if isinstance(value, tuple) else value


def check_overrides(config: Mapping[str, Any], overrides: Mapping[str, Any]) -> list[Problem]:
    """Find overrides that can't be merged.

    Args:
        config: The config.
        overrides: Dotted key -> value.

    Returns:
        What is wrong: keys below what holds no keys, positions that a list does not have.
    """
    problems: list[Problem] = []
    nested: dict[str, Any] = {}
    for key, value in overrides.items():
        *outer, last = key.split(".")
        part = nested
        for depth, name in enumerate(outer, 1):
            part = part.setdefault(name, {})
            if not isinstance(part, dict):
                above = ".".join(outer[:depth])
                text = f"another override sets {above} to {part!r}, which holds no keys"
                return [*problems, Problem(key, f"{text}; give one of the two")]
        part[last] = copy.deepcopy(value)
    return [*problems, *_check(nested, config, "")]


def _check(overrides: Mapping[str, Any], config: Any, above: str) -> Iterator[Problem]:
    """Yield what can't be merged into a dict or list of a config."""
    for name, value in overrides.items():
        key = f"{above}.{name}" if above else str(name)
        if isinstance(config, list):
            found = list(_check_item(str(name), value, config, key, above))
            yield from found
            if found and not str(name).isdecimal():
                return  # the same is wrong with the other names
        elif isinstance(value, Mapping) and name in config and not value.get(DELETE):
            if isinstance(config[name], Mapping | list):
                yield from _check(value, config[name], key)
            else:
                text = f"{key} is {config[name]!r}, which holds no keys; give it as a whole"
                inner = next(iter(value), None)
                yield Problem(key if inner is None else f"{key}.{inner}", f"{text}: {key}={{...}}")


def _check_item(
    name: str, value: Any, config: list[Any], key: str, above: str
) -> Iterator[Problem]:
    length = len(config)
    whole = f"give the list as a whole: {above}=[...]"
    if not name.isdecimal():
        text = f"{above} is a list; {whole}"
        text += f", or name one of its items by its position: {above}.0" if length else ""
        yield Problem(key, text)
    elif int(name) >= length:
        last = f"its last item is {above}.{length - 1}" if length else "it is empty"
        yield Problem(key, f"{above} has no item of that position: {last}")
    elif not isinstance(value, Mapping) or DELETE in value:
        yield Problem(key, f"one item of a list can't be replaced by an override; {whole}")
    elif not isinstance(config[int(name)], Mapping | list):
        yield Problem(key, f"{key} is {config[int(name)]!r}, which holds no keys; {whole}")
    else:
        yield from _check(value, config[int(name)], key)


def option_of(key: str, overrides: Mapping[str, Any]) -> str:
    """Return the key of the override that sets a key, or one above or below it."""
    for option in reversed(list(overrides)):
        if f"{key}.".startswith(f"{option}.") or option.startswith(f"{key}."):
            return option
    return key


def merge_overrides(config: Config, overrides: Mapping[str, Any]) -> None:
    """Merge overrides, in which `check_overrides` finds nothing, into a config."""
    config.merge_from_dict(copy.deepcopy(dict(overrides)))
    drop_marks(config._cfg_dict)


def drop_marks(part: Any) -> None:
    """Take out ``_delete_``, which mmengine leaves where there is nothing to replace."""
    if isinstance(part, Mapping):
        part.pop(DELETE, None)  # type: ignore[attr-defined]
        part = list(part.values())
    if isinstance(part, list | tuple):
        for item in part:
            drop_marks(item)


def value_of(config: Any, key: str) -> tuple[Any, ...]:
    """Return the value of a dotted key as the one item of a tuple; an empty one if there is none.

    Args:
        config: Nested dicts and lists.
        key: Dotted key, positions of lists as numbers.
    """
    for name in key.split("."):
        if isinstance(config, Mapping) and name in config:
            config = config[name]
        elif isinstance(config, list) and name.isdecimal() and int(name) < len(config):
            config = config[int(name)]
        else:
            return ()
    return (copy.deepcopy(config),)
