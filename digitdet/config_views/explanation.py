"""Explains where the values of a config come from."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import suggest
from digitdet.config_views.descriptions import (
    argument_text,
    arguments_text,
    default_text,
    first_line,
    full_name,
)
from digitdet.config_views.sources import (
    SourcedConfig,
    default_arguments,
    is_leaf,
    load_sourced,
    nodes,
    places,
)
from digitdet.config_views.text import literal
from digitdet.console import console


def explain(file: str | Path, key: str, options: Sequence[str] = ()) -> None:
    """Print each value under a key, what set it, and what was set before.

    Args:
        file: The config.
        key: Dotted key of a value, or of a dict or list whose values are shown.
        options: Overrides, ``KEY=VALUE``.

    Raises:
        ValueError: If the config has no such key, or can't be used.
    """
    console.print("\n".join(explanation(load_sourced(file, options), key)))


def explanation(config: SourcedConfig, key: str) -> list[str]:
    """Return the lines that explain the values under a key.

    Raises:
        ValueError: If the config has no such key.
    """
    found = dict(nodes(config.values))
    parts = {part.key: part for part in config.parts() if part.kind is not None}
    if key in found:
        return list(_explain_subtree(config, key, found, parts))
    part = parts.get(key.rpartition(".")[0])
    if part and key in default_arguments(part):
        return _explain_default(parts, key)
    if history := config.origins.history(key):
        raise ValueError(
            f"{config.file}: nothing is left of {key!r}, set in {history[-1].place}: "
            f"{config.origins.place(key)} replaces what it belonged to"
        )
    names = [*found, *(name for part in parts.values() for name in default_arguments(part))]
    hint = suggest(key, names) or "; `python tools/config.py show` prints all keys"
    raise ValueError(f"{config.file}: no key {key!r}{hint}")


def _explain_subtree(
    config: SourcedConfig, key: str, found: dict[str, Any], parts: dict[str, Part]
) -> Iterator[str]:
    within = [name for name in found if name == key or name.startswith(f"{key}.")]
    shown: list[str] = []
    for name in within:
        if is_leaf(found[name]) and not any(name.startswith(f"{above}.") for above in shown):
            shown.append(name)
            yield f"{name} = {literal(found[name])}"
            yield from _history(config, name)
            yield from _about_argument(parts, name, alone=name == key)
    for name in within:
        if name in parts:
            yield from (_default(parts[name], key) for key in default_arguments(parts[name]))


def _history(config: SourcedConfig, key: str) -> list[str]:
    """Return the lines of what set a value, or of why nothing did."""
    origins = config.origins
    if winner := origins.winner(key):
        return _indented(places(origins.history(key), winner))
    if origin := origins.handed_on(key):
        lines = places(origins.history(origin.key), origin)
        return _indented([f"handed on from `{origin.path[0]}`:", *lines])
    if key == "work_dir":
        return _indented(["from the name of the config"])
    above = key
    while "." in above:
        above = above.rpartition(".")[0]
        if winner := origins.winner(above):
            return _indented([f"part of `{above}`:", *places(origins.history(above), winner)])
    return []


def _about_argument(parts: dict[str, Part], key: str, *, alone: bool) -> list[str]:
    """Say what a type is, and, if nothing else is explained, what an argument means."""
    above, _, name = key.rpartition(".")
    part = parts.get(above)
    if part is None or part.kind is None:
        return []
    if name == "type":
        return _indented([f"{full_name(part.kind)}: {first_line(part.kind)}"])
    text = argument_text(part.kind, name) if alone else ""
    return _indented([f"{name}: {text}"]) if text else []


def _explain_default(parts: dict[str, Part], key: str) -> list[str]:
    """Say that an argument has its default, whose it is, and what the argument means."""
    part = parts[key.rpartition(".")[0]]
    if part.kind is None:
        return []
    names = f"{full_name(part.kind)}{arguments_text(part.kind, part.given)}"
    lines = _indented([f"default of {names}"])
    return [_default(part, key), *lines, *_about_argument(parts, key, alone=True)]


def _default(part: Part, key: str) -> str:
    name = key.rpartition(".")[2]
    return f"{key} = {default_text(part.signature.parameters[name].default)}  (default)"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]
