"""Names of files in lines of text."""

import re
import sys
from contextlib import suppress

_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def in_a_line(text: str) -> str:
    """Escape the characters of a text that would break a line or upset a terminal."""
    return _BREAKING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def printable(text: str) -> str:
    """Put a text in a line, with a question mark for what is no character."""
    return in_a_line(text).encode(errors="replace").decode()


def tell_error(text: str) -> None:
    """Tell on standard error what could not be read, if anybody listens there."""
    with suppress(OSError, AttributeError, ValueError):
        sys.stderr.write(f"error: {printable(text)}\n")
        sys.stderr.flush()
