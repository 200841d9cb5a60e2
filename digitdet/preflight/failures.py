"""Puts what a check or a user's own code raised in words."""

import sysconfig
import traceback
from pathlib import Path

import digitdet

# Whose lines say nothing to a user: those of Python, of what is installed, and of digitdet.
FOREIGN = tuple(
    str(Path(place).resolve())
    for place in (
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        Path(digitdet.__file__).parent,
    )
)


def in_words(error: BaseException) -> str:
    """Say what was raised, and where, if that is in a user's own code.

    Args:
        error: The exception; it may have been raised from others.
    """
    text = str(error).strip()
    kind = "" if isinstance(error, ValueError | OSError) and text else type(error).__name__
    place = _own_line(error)
    said = ": ".join(part for part in (kind, text) if part)
    return f"{said} ({place})" if place and place not in said else said


def _own_line(error: BaseException) -> str:
    """Return ``FILE:LINE`` of a user's code that an exception passed last; empty if of none."""
    places = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        places += [f"{f.filename}:{f.lineno}" for f in frames if _is_own(f.filename)]
        cause = cause.__cause__
    return places[-1] if places else ""


def _is_own(file: str) -> bool:
    return not file.startswith("<") and not str(Path(file).resolve()).startswith(FOREIGN)
