"""Finds code in config files: a config holds values alone, and loading it runs nothing."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from digitdet.config_sources.inheritance import find_conflicts
from digitdet.config_sources.literals import CALLS, find_code_in_value
from digitdet.config_sources.parsing import Source, UnreadableConfigError, parse
from digitdet.config_sources.places import Finding, shown_path
from digitdet.config_sources.statements import BASES, base_files
from digitdet.nearby import nearby

_ONLY_VALUES = "a config holds values alone, no"
_FIXED = "write what comes out of it as a value, or register a class of your own module and name "
_FIXED += "the module in `custom_imports`"
_WORDS: dict[type[ast.stmt], str] = {
    ast.FunctionDef: "functions",
    ast.AsyncFunctionDef: "functions",
    ast.ClassDef: "classes",
    ast.For: "loops",
    ast.AsyncFor: "loops",
    ast.While: "loops",
    ast.If: "conditions",
    ast.Match: "conditions",
    ast.With: "`with` blocks",
    ast.AsyncWith: "`with` blocks",
    ast.Try: "`try` blocks",
    ast.Assert: "`assert`",
    ast.Delete: "`del`",
    ast.Raise: "`raise`",
}


def refuse_code(file: Path) -> None:
    """Refuse a config that holds, or whose bases hold, anything but values.

    Raises:
        ValueError: If there is code, or a file is missing or can't be parsed; the text lists all.
    """
    findings = find_code(file)
    if findings:
        lines = [str(finding) for finding in findings]
        if len(lines) > 1:
            lines = [f"{shown_path(file)}: {len(lines)} problems", *(f"  {each}" for each in lines)]
        raise ValueError("\n".join(lines))


def find_code(file: Path) -> list[Finding]:
    """Find what a config and its bases hold beside values.

    Returns:
        What is wrong, bases first: code, files that are missing or can't be parsed, bases that
        form a circle or state one key both, dicts that meet something else in a base.
    """
    findings = list(dict.fromkeys(_find_in_files(file, ())))
    return findings or find_conflicts(file)


def _find_in_files(file: Path, heirs: Sequence[Path]) -> Iterator[Finding]:
    """Yield what is wrong with a file and its bases, each for itself."""
    try:
        source = parse(file)
    except UnreadableConfigError as error:
        yield from error.findings
        return
    try:
        found = list(_find_in_file(source))
    except RecursionError:
        found = [Finding(file, 1, "can't be read as a config: it is nested too deeply")]
    line = next((node.lineno for node in source.tree.body if _target(node) == BASES), 0)
    for base in base_files(source):
        if base.resolve() in (file.resolve(), *(heir.resolve() for heir in heirs)):
            yield Finding(
                file,
                line,
                f"`{BASES}` names {shown_path(base)}, which inherits this file: a config can't "
                "inherit itself, leave one of the two out",
            )
        elif not base.is_file():
            text = f"`{BASES}`: no file {shown_path(base)}{nearby(base)}"
            text += "; bases are relative to the config's folder"
            yield Finding(file, line, text)
        else:
            yield from _find_in_files(base, (*heirs, file))
    yield from found


def _find_in_file(source: Source) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for node in source.tree.body:
        for part, message in _find_in_statement(node):
            yield Finding(source.file, getattr(part, "lineno", node.lineno), message)
        name = _target(node)
        if name in lines:
            yield Finding(
                source.file,
                node.lineno,
                f"`{name}` stands twice in this file, first in line {lines[name]}: the second "
                "would replace the first whole, so leave one of them out",
            )
        elif name:
            lines[name] = node.lineno


def _target(node: ast.stmt) -> str | None:
    """Return the name that a statement assigns to."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _find_in_statement(node: ast.stmt) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Assign):
        yield from _find_in_assignment(node)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield node, _about_import(node)
    elif isinstance(node, ast.Expr):
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            yield node, "this line sets nothing: write `key = value`"
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        yield node, f"write `{ast.unparse(node.target)} = value`, without anything before the `=`"
    elif isinstance(node, ast.With) and "read_base" in ast.unparse(node.items[0]):
        yield node, _about_bases("`read_base()`")
    elif not isinstance(node, ast.Pass):
        yield node, f"{_ONLY_VALUES} {_WORDS.get(type(node), 'code')}: {_FIXED}"


def _find_in_assignment(node: ast.Assign) -> Iterator[tuple[ast.AST, str]]:
    target = node.targets[0]
    if len(node.targets) > 1 or not isinstance(target, ast.Name):
        yield node, "write one `key = value` a line, and entries of a dict as dict(key=value)"
    elif target.id.startswith("__"):
        yield node, f"`{target.id}` begins with `__`, which no config keeps: leave it out"
    elif target.id in CALLS:
        yield node, f"`{target.id}` is what configs call, no key: give the key another name"
    elif target.id == BASES:
        items = node.value.elts if isinstance(node.value, ast.List) else [node.value]
        if not all(
            isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items
        ):
            yield node, f'`{BASES}` is a list of files: {BASES} = ["../{BASES}/models/x.py"]'
    else:
        yield from find_code_in_value(node.value)


def _about_import(node: ast.Import | ast.ImportFrom) -> str:
    if any(name.name == "read_base" for name in node.names):
        return _about_bases("`read_base`")
    if isinstance(node, ast.ImportFrom) and node.level:
        return _about_bases("a relative import")
    names = ", ".join(f"`{name.asname or name.name}`" for name in node.names)
    return (
        f"{_ONLY_VALUES} imports: write what {names} was needed for as a value, or name your own "
        "module in `custom_imports`"
    )


def _about_bases(what: str) -> str:
    return f'{what} inherits nothing here: name the bases as texts, {BASES} = ["FILE.py"]'
