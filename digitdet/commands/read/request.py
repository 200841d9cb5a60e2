"""What ``digitdet read`` is asked for; imports no torch."""

from dataclasses import dataclass
from pathlib import Path

FORMATS = {
    "json": "a JSON object a line (JSON Lines), with digits and boxes",
    "csv": "a table, with a row for each number",
}
"""The formats beside text, and what they are."""


@dataclass(frozen=True)
class Request:
    """What is read with what, and where it goes.

    Attributes:
        paths: Pictures, folders, patterns, videos, cameras; ``-`` for names on standard input.
        form: ``"text"``, or one of `FORMATS`.
        out: Folder for drawn pictures; None for none.
        min_confidence: Numbers of a lower confidence are left out.
        config: Config of one's own model.
        checkpoint: Weights of one's own model.
        device: What computes.
        every: Seconds from one frame of a video or a camera to the next; 0 for all.
        changes: Whether frames that read as the one before are left out.
    """

    paths: tuple[str, ...]
    form: str = "text"
    out: Path | None = None
    min_confidence: float = 0.0
    config: str | None = None
    checkpoint: str | None = None
    device: str | None = None
    every: float = 0.5
    changes: bool = False
