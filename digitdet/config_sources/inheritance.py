"""Finds what configs and their bases state against each other."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from digitdet.config_sources.parsing import Source, parse
from digitdet.config_sources.places import Finding, shown_path
from digitdet.config_sources.statements import (
    BASES,
    Statement,
    base_files,
    own_statements,
    read_statements,
)


def find_conflicts(file: Path) -> list[Finding]:
    """Find keys that two bases set, and dicts that meet something else in a base.

    Args:
        file: A config whose files hold values alone.
    """
    source = parse(file)
    bases = base_files(source)
    findings = [finding for base in bases for finding in find_conflicts(base)]
    findings += _find_shared_keys(source, bases)
    inherited: dict[tuple[str, ...], Statement] = {}
    for base in bases:
        for statement in read_statements(base):
            _apply(statement, inherited)
    for statement in own_statements(source):
        findings += _find_mismatch(statement, inherited)
        _apply(statement, inherited)
    return list(dict.fromkeys(findings))


def _find_shared_keys(source: Source, bases: list[Path]) -> Iterator[Finding]:
    line = next((own.line for own in own_statements(source) if own.key == BASES), 0)
    stated = [
        {part.key: part for part in read_statements(base) if len(part.path) == 1} for base in bases
    ]
    for (first, of_first), (second, of_second) in combinations(zip(bases, stated, strict=True), 2):
        if first.resolve() == second.resolve():
            yield Finding(source.file, line, f"`{BASES}` names {shown_path(first)} twice")
            continue
        shared = [key for key in of_first if key in of_second and key != BASES]
        if shared:
            names = ", ".join(f"`{key}`" for key in shared[:3])
            more = f" and {len(shared) - 3} more keys" if len(shared) > 3 else ""
            places = f"{of_first[shared[0]].place} and {of_second[shared[0]].place}"
            yield Finding(
                source.file,
                line,
                f"two bases set {names}{more}: {places}; a key belongs to one base, so leave one "
                "of them out",
            )


def _find_mismatch(
    statement: Statement, inherited: dict[tuple[str, ...], Statement]
) -> Iterator[Finding]:
    before = inherited.get(statement.path)
    if before and before.kind != "dict" and not statement.replaces:
        is_list = before.kind == "list"
        kind, remedy = ("a list", "write a list, or ") if is_list else (f"`{before.text}`", "")
        yield Finding(
            statement.file,
            statement.line,
            f"`{statement.key}` is a dict here and {kind} in {before.place}: {remedy}add "
            "`_delete_=True` to the dict, which then replaces it",
        )


def _apply(statement: Statement, inherited: dict[tuple[str, ...], Statement]) -> None:
    """Let a statement take the place of what it replaces."""
    if statement.replaces:
        depth = len(statement.path)
        for path in [path for path in inherited if path[:depth] == statement.path]:
            del inherited[path]
    inherited[statement.path] = statement
