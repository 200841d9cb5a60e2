"""A command is parsed by its tool's own parser, and goes no further."""

import argparse
import contextlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

Tool = Callable[[str], Callable[[list[str]], None]]
# What stands for a number in a synopsis.
NUMBERS = {"GIB", "K", "N", "S", "SCALE", "SEED", "SEEDS", "FRACTION"}


class _Parsed(BaseException):
    """The arguments are parsed."""


def parse_error(tool: Tool, name: str, words: Sequence[str]) -> str:
    """What the parser of a tool says against words, or nothing."""
    words = ["1" if word in NUMBERS else word for word in words]
    said = io.StringIO()
    with _parsing_only(), contextlib.redirect_stderr(said):
        try:
            tool(name)(words)
        except _Parsed:
            return ""
        except SystemExit as stopped:
            return said.getvalue().strip().splitlines()[-1] if stopped.code else ""
    raise AssertionError(f"tools/{name}.py parses no arguments")


def options_of(tool: Tool, name: str, words: Sequence[str]) -> set[str]:
    """The options that the help of a tool names, and of its command where words begin with one."""
    found: set[str] = set()
    for ahead in ([], list(words[:1])) if words and words[0].isalpha() else ([],):
        said, error = io.StringIO(), io.StringIO()
        out = contextlib.redirect_stdout(said), contextlib.redirect_stderr(error)
        with out[0], out[1], contextlib.suppress(SystemExit):
            tool(name)([*ahead, "--help"])
        found |= set(re.findall(r"--?[a-z][\w-]*", said.getvalue()))
    return found


@contextlib.contextmanager
def _parsing_only() -> Iterator[None]:
    parse = argparse.ArgumentParser.parse_args

    def parse_alone(self: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> None:
        parse(self, *args, **kwargs)
        raise _Parsed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", parse_alone)
        yield
