"""Writes a reader as a config fragment."""

from collections.abc import Mapping, Sequence
from typing import Any

from digitdet.config_views.text import comment, config_text


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
    config = {"custom_imports": custom_imports} if custom_imports else {}
    lines = [
        *map(comment, remarks),
        config_text({**config, "reader": {"_delete_": True, **reader}}),
    ]
    return "\n".join(lines)
