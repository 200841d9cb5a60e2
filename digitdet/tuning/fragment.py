"""Writes a reader as a config fragment."""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def to_fragment(
    reader: Mapping[str, Any], remarks: Sequence[str], custom_imports: Any = None
) -> str:
    """Write a reader as the text of a config.

    ``_delete_`` makes it replace the reader of a base whole, whatever that is.

    Args:
        reader: Its config.
        remarks: Lines of comment; control characters in them are escaped, as a config is code.
        custom_imports: The ``custom_imports`` that register the reader, if it is a user's own.

    Returns:
        The text, the same for the same arguments.

    Raises:
        ValueError: If a value of the config has no literal, as an object that is built already.
    """
    lines = [f"# {_printable(remark)}".rstrip() for remark in remarks]
    if custom_imports:
        lines += [f"custom_imports = {_literal(custom_imports)}"]
    arguments = {"_delete_": True, **reader}
    lines += ["reader = dict("]
    lines += [f"    {name}={_literal(value)}," for name, value in arguments.items()]
    return "\n".join([*lines, ")", ""])


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _literal(value: Any) -> str:
    """Write a value as Python does, texts in double quotes where that needs no escape."""
    if isinstance(value, Mapping):
        pairs = (f"{_literal(key)}: {_literal(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' * (len(value) == 1)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    raise ValueError(f"{value!r} of the reader's config can't be written as text; state it plainly")
