"""What config files state: each value with its file and line, read without running anything."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digitdet.config_sources.literals import CONTAINERS
from digitdet.config_sources.parsing import Source, parse
from digitdet.config_sources.places import shown_place

BASES = "_base_"
DELETE = "_delete_"

Kind = Literal["dict", "list", "value"]


@dataclass(frozen=True)
class Statement:
    """A value that a config file states.

    Attributes:
        path: Keys from the top level down, positions of lists as numbers in text.
        file: The file that states it.
        line: Its line, from 1.
        text: The value as it is written.
        kind: What it is; dicts and lists are stated before what they hold.
        deletes: Whether it is a dict with ``_delete_=True``.
    """

    path: tuple[str, ...]
    file: Path
    line: int
    text: str
    kind: Kind
    deletes: bool = False

    @property
    def key(self) -> str:
        """The dotted key: ``"train_dataloader.dataset.transforms.0.p"``."""
        return ".".join(self.path)

    @property
    def replaces(self) -> bool:
        """Whether nothing stays of what was stated for this key before."""
        return self.kind != "dict" or self.deletes

    @property
    def place(self) -> str:
        """File and line: ``"configs/a.py:12"``."""
        return shown_place(self.file, self.line)


def read_statements(file: Path) -> list[Statement]:
    """Read what a config and its bases state, in the order in which mmengine merges it.

    Args:
        file: A config in which `digitdet.config_sources.purity` finds nothing.

    Returns:
        The statements, those of the bases first; ``_base_`` is one of them.

    Raises:
        UnreadableConfigError: If a file is missing or can't be parsed.
    """
    source = parse(file)
    statements = [part for base in base_files(source) for part in read_statements(base)]
    return statements + own_statements(source)


def own_statements(source: Source) -> list[Statement]:
    """Read what a config states itself, without its bases."""
    return [
        statement
        for name, value in assignments(source.tree)
        for statement in _nested(source, (name.id,), name, value)
    ]


def assignments(tree: ast.Module) -> Iterator[tuple[ast.Name, ast.expr]]:
    """Yield the name and the value of each assignment of a file's top level."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0], node.value


def base_files(source: Source) -> list[Path]:
    """Return the files that a config names as its bases."""
    for name, value in assignments(source.tree):
        if name.id == BASES:
            items = value.elts if isinstance(value, ast.List) else [value]
            names = [item.value for item in items if isinstance(item, ast.Constant)]
            return [source.file.parent / name for name in names if isinstance(name, str)]
    return []


def _nested(
    source: Source, path: tuple[str, ...], place: ast.AST, value: ast.expr
) -> Iterator[Statement]:
    entries = _entries(value)
    items = None if entries is not None else _items(value)
    kind: Kind = "dict" if entries is not None else "list" if items is not None else "value"
    deletes = any(
        name == DELETE and isinstance(part, ast.Constant) and bool(part.value)
        for name, _, part in entries or ()
    )
    line = getattr(place, "lineno", 0)
    yield Statement(path, source.file, line, source.text_of(value), kind, deletes)
    for name, node, part in entries or ():
        if name != DELETE:
            yield from _nested(source, (*path, name), node, part)
    for number, item in enumerate(items or ()):
        yield from _nested(source, (*path, str(number)), item, item)


def _entries(value: ast.expr) -> list[tuple[str, ast.AST, ast.expr]] | None:
    """Return name, place and value of a dict's entries, None for what is no dict."""
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return [(str(k.value), k, v) for k, v in pairs if isinstance(k, ast.Constant)]
    if _called(value) == "dict" and isinstance(value, ast.Call):
        return [(entry.arg, entry, entry.value) for entry in value.keywords if entry.arg]
    return None


def _items(value: ast.expr) -> list[ast.expr] | None:
    """Return a list's or tuple's items, None for what is neither."""
    if isinstance(value, ast.List | ast.Tuple):
        return value.elts
    if _called(value) in CONTAINERS[:2] and isinstance(value, ast.Call):
        return (_items(value.args[0]) if value.args else []) or []
    return None


def _called(value: ast.expr) -> str | None:
    """Return the name of a function that is called."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id
    return None
