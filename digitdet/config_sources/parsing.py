"""Parses a config file into a syntax tree, or says where it can't be parsed."""

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitdet.config_sources.places import Finding
from digitdet.nearby import nearby

# What mmengine replaces in a config's text before Python reads it, comments included.
_TEMPLATE = re.compile(r"\{\{\s*['\"]?\s*(\$|_base_\.|file(Dirname|Basename|Extname))")
_MARK = "\ufeff"


@dataclass(frozen=True)
class Source:
    """A config file that could be parsed.

    Attributes:
        file: The file.
        lines: Its lines, in UTF-8, as the columns of the tree count bytes.
        tree: Its syntax tree.
    """

    file: Path
    lines: Sequence[bytes]
    tree: ast.Module

    def text_of(self, node: ast.expr) -> str:
        """Return a value as it is written; `ast.get_source_segment` splits the file each time."""
        lines = list(self.lines[node.lineno - 1 : node.end_lineno])
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode()


class UnreadableConfigError(ValueError):
    """A config file that can't be parsed; its text lists why.

    Attributes:
        findings: Why; at least one.
    """

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


def parse(file: Path) -> Source:
    """Parse a config file; nothing of it is executed.

    Raises:
        UnreadableConfigError: If it is missing, no Python, or holds ``{{ }}``.
    """
    text = _read(file)
    templates = [
        Finding(
            file,
            text.count("\n", 0, found.start()) + 1,
            "`{{ }}` is not replaced in a config: write the value itself",
        )
        for found in _TEMPLATE.finditer(text)
    ]
    if templates:
        raise UnreadableConfigError(templates)
    try:
        return Source(file, text.encode().split(b"\n"), _tree(text))
    except SyntaxError as error:
        raise _unreadable(file, error.lineno or 1, error.msg) from None
    except (MemoryError, RecursionError, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise _unreadable(file, 1, reason) from None


def _tree(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python tells them when mmengine reads the file
        tree = ast.parse(text)
        # Some errors of syntax show only here, as an argument given twice; nothing is executed.
        compile(text, "config", "exec", dont_inherit=True)
    return tree


def _read(file: Path) -> str:
    if file.suffix != ".py":
        raise UnreadableConfigError([Finding(file, 0, "a config is a Python file, NAME.py")])
    if not file.is_file():
        raise UnreadableConfigError([Finding(file, 0, f"no such config{nearby(file)}")])
    content = file.read_bytes()
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise _unreadable(file, line, "it holds a null byte; save it as UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(file, line, "it is no UTF-8; save it as UTF-8") from None
    if text.startswith(_MARK):
        raise _unreadable(file, 1, "it begins with a byte order mark; save it as UTF-8 without one")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(file: Path, line: int, reason: str) -> UnreadableConfigError:
    return UnreadableConfigError([Finding(file, line, f"can't be read as a config: {reason}")])
