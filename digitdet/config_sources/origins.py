"""Where each value of a merged config was set: by a line of a file, or by an override."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitdet.config_sources.places import shown_path
from digitdet.config_sources.statements import BASES, DELETE, Kind, Statement

# Top-level values that `digitdet.config` hands on to parts of the config.
HANDED_ON = ("data_root", "reader")


@dataclass(frozen=True)
class Override:
    """A value that an option of the command line sets.

    Attributes:
        path: Keys from the top level down.
        option: The option's key; it may lie above or, for a dict that it makes, below.
        value: The value.
    """

    path: tuple[str, ...]
    option: str
    value: Any

    @property
    def key(self) -> str:
        """The dotted key of the value."""
        return ".".join(self.path)

    @property
    def text(self) -> str:
        """The value as Python writes it."""
        return repr(self.value)

    @property
    def kind(self) -> Kind:
        """What it is."""
        if isinstance(self.value, Mapping):
            return "dict"
        return "list" if isinstance(self.value, list | tuple) else "value"

    @property
    def replaces(self) -> bool:
        """Whether nothing stays of what was stated for this key before."""
        return self.kind != "dict" or bool(self.value.get(DELETE))

    @property
    def is_implied(self) -> bool:
        """Whether the option sets a value below this dict, and the dict only if there is none."""
        return len(self.option) > len(self.key)

    @property
    def place(self) -> str:
        """The option: ``"--cfg-options model.min_size"``."""
        return f"--cfg-options {self.option}"


Origin = Statement | Override


class Origins:
    """What set each value of a config.

    Args:
        statements: What the config's files state, see `read_statements`.
        overrides: Dotted key -> value, as `digitdet.config.parse_overrides` gives them.
        source: Where a config is from that no file states.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        overrides: Mapping[str, Any],
        source: str = "the config",
    ) -> None:
        self._source = source
        self._file: Path | None = statements[-1].file if statements else None
        self._all: dict[str, list[Origin]] = {}
        self._current: dict[str, Origin] = {}
        for statement in statements:
            if statement.path[0] != BASES:
                self._add(statement)
        for override in flatten_overrides(overrides):
            self._add(override)

    def _add(self, origin: Origin) -> None:
        if origin.replaces:
            below = f"{origin.key}."
            for key in [key for key in self._current if key.startswith(below)]:
                del self._current[key]
        elif isinstance(origin, Override) and origin.is_implied and origin.key in self._current:
            return
        self._current[origin.key] = origin
        self._all.setdefault(origin.key, []).append(origin)

    def place(self, key: str) -> str:
        """Return what set a value: ``"configs/a.py:12"`` or ``"--cfg-options KEY"``.

        Args:
            key: Dotted key; where nothing sets it, the nearest key above it counts.
        """
        origin = self.winner(key) or self.handed_on(key)
        while origin is None and "." in key:
            key = key.rpartition(".")[0]
            origin = self.winner(key)
        if origin is not None:
            return origin.place
        return shown_path(self._file) if self._file else self._source

    def winner(self, key: str) -> Origin | None:
        """Return what set the value that a key has, None if nothing did."""
        return self._current.get(key)

    def history(self, key: str) -> list[Origin]:
        """Return all that set a key, oldest first, what was replaced later on included."""
        return list(self._all.get(key, ()))

    def handed_on(self, key: str) -> Origin | None:
        """Return what set the top-level value that was handed on to a key, None if none was."""
        names = key.split(".")
        for depth, name in enumerate(names):
            if depth and name in HANDED_ON and ".".join(names[: depth + 1]) not in self._current:
                return self.winner(".".join(names[depth:])) or self.winner(name)
        return None

    def keys(self) -> Iterable[str]:
        """Return the keys that something sets and nothing took away."""
        return self._current.keys()


def flatten_overrides(overrides: Mapping[str, Any]) -> Iterator[Override]:
    """Yield each value that overrides set, dicts and lists before what they hold.

    They are merged with each other first, as mmengine does it: the later one wins.
    """
    merged: dict[str, Any] = {}
    options: dict[tuple[str, ...], str] = {}
    for option, value in overrides.items():
        path = tuple(option.split("."))
        part = merged
        for depth, name in enumerate(path[:-1], 1):
            if not isinstance(part.get(name), dict):
                part[name] = {}
            options.setdefault(path[:depth], option)
            part = part[name]
        part[path[-1]] = _copied(value)
        options = {old: of for old, of in options.items() if old[: len(path)] != path}
        options[path] = option
    yield from _flattened((), "", merged, options)


def _flattened(
    path: tuple[str, ...], option: str, value: Any, options: Mapping[tuple[str, ...], str]
) -> Iterator[Override]:
    if path:
        yield Override(path, option, value)
    if isinstance(value, Mapping):
        items = [(str(name), item) for name, item in value.items() if name != DELETE]
    else:
        sequence = value if isinstance(value, list | tuple) else ()
        items = [(str(number), item) for number, item in enumerate(sequence)]
    for name, item in items:
        below = (*path, name)
        yield from _flattened(below, options.get(below, option), item, options)


def _copied(value: Any) -> Any:
    return (
        {name: _copied(item) for name, item in value.items()} if isinstance(value, dict) else value
    )
