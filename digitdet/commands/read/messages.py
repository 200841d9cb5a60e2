"""What ``digitdet read`` tells on standard error."""

import sys
from contextlib import suppress

from digitdet.console import printable


def tell_error(text: str) -> None:
    """Tell on standard error what could not be read, if anybody listens there."""
    with suppress(OSError, AttributeError, ValueError):
        sys.stderr.write(f"error: {printable(text)}\n")
        sys.stderr.flush()
