"""Writes a config as the text of one."""

import math
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import Any

WIDTH = 100  # columns; longer values take several lines
INDENT = "    "
FILLED_IN = ("{{", "{\\x7b")  # mmengine fills in what stands in two braces


def config_text(config: Mapping[str, Any]) -> str:
    """Write a config as a file that loads again to the same config.

    Raises:
        ValueError: If a value has no literal, as an object that is built already.
    """
    return "".join(f"{_assigned(key, value, '')}\n" for key, value in config.items())


def comment(text: str) -> str:
    """Write a line of comment; what in a text could end it or be filled in is escaped."""
    plain = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    return f"# {plain}".rstrip().replace(*FILLED_IN)


def literal(value: Any) -> str:
    """Write a value as Python does, on one line: dicts as calls, texts in double quotes.

    Raises:
        ValueError: If it, or a value in it, has no literal.
    """
    opening, items, closing = _container(value) or ("", None, "")
    if items is None:
        return scalar(value)
    inner = ", ".join(f"{name}{literal(item)}" for name, item in items)
    comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
    return f"{opening}{inner}{comma}{closing}"


def scalar(value: Any) -> str:
    """Write a text, number, truth value or None as Python does.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        plain = '"' not in value and "\\" not in value and value.isprintable()
        text = f'"{value}"' if plain else repr(value)
        return text.replace(*FILLED_IN)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise ValueError(f"{value!r} can't be written as text; state it plainly")


def _assigned(name: str, value: Any, indent: str, sign: str = " = ") -> str:
    """Write ``name = value``, on as many lines as it needs."""
    start = f"{indent}{name}{sign}" if name else indent
    line = f"{start}{literal(value)}"
    container = _container(value)
    if container is None or len(line) < WIDTH or not value:
        return line
    opening, items, closing = container
    lines = [f"{_assigned(key, item, indent + INDENT, '')}," for key, item in items]
    return "\n".join([f"{start}{opening}", *lines, f"{indent}{closing}"])


def _container(value: Any) -> tuple[str, Iterator[tuple[str, Any]], str] | None:
    """Return how a container begins, its items with what stands before each, and how it ends."""
    if isinstance(value, Mapping):
        if all(isinstance(k, str) and k.isidentifier() and not iskeyword(k) for k in value):
            return "dict(", ((f"{key}=", item) for key, item in value.items()), ")"
        return "{", ((f"{scalar(key)}: ", item) for key, item in value.items()), "}"
    if isinstance(value, list | tuple):
        opening, closing = "[]" if isinstance(value, list) else "()"
        return opening, (("", item) for item in value), closing
    if isinstance(value, set):
        items = (("", item) for item in sorted(value, key=repr))
        return ("set(", iter(()), ")") if not value else ("{", items, "}")
    return None
