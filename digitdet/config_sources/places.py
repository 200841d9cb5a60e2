"""Places in config files, as messages name them."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """Something that a config file must not hold.

    Attributes:
        file: The file.
        line: Its line, from 1; 0 for the file as a whole.
        message: What is wrong, and what to do.
    """

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{shown_place(self.file, self.line)}: {self.message}"


def shown_place(file: Path, line: int) -> str:
    """Return ``"configs/a.py:12"``, or the file alone for line 0."""
    return f"{shown_path(file)}:{line}" if line else shown_path(file)


def shown_path(file: Path) -> str:
    """Return a path without detours, relative to the working folder where it lies within."""
    short = Path(os.path.normpath(file))
    if short.resolve() != file.resolve():  # `..` behind a link leads elsewhere
        short = file.resolve()
    working = Path.cwd()
    return str(short.relative_to(working) if short.is_relative_to(working) else short)
