"""What ``digitdet doctor`` finds."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """A line of the report.

    Attributes:
        kind: ``"wrong"`` for what has to be mended, ``"note"`` for what may explain something.
        what: What was looked at: ``"torch"``.
        said: How it is.
        remedy: What to do; empty for nothing.
    """

    kind: Kind
    what: str
    said: str
    remedy: str = ""


def well(what: str, said: str) -> Finding:
    """Find something as it should be."""
    return Finding("ok", what, said)


def wrong(what: str, said: str, remedy: str) -> Finding:
    """Find something that has to be mended."""
    return Finding("wrong", what, said, remedy)
