"""The console that a run reports to; the log file holds the rest."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track as rich_track

T = TypeVar("T")

console = Console(highlight=False, markup=False, soft_wrap=True)
_errors = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)
# Where torchrun, Slurm and MPI say which of a run's processes this is, the first being 0.
RANKS = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK")
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def in_a_line(text: str) -> str:
    """Escape the characters of a text that would break a line or upset a terminal."""
    return _BREAKING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def printable(text: str) -> str:
    """Put a text in a line, with a question mark for what is no character."""
    return in_a_line(text).encode(errors="replace").decode()


def warn(text: str) -> None:
    """Print a warning to standard error; of a distributed run's processes, only the first does."""
    rank = next((os.environ[name] for name in RANKS if name in os.environ), "0")
    if rank == "0":
        _errors.print(f"warning: {text}")


def track(items: Sequence[T], what: str) -> Iterator[T]:
    """Iterate with a progress bar; without one where there is no terminal.

    Args:
        items: What to iterate over.
        what: What is done with them: ``"reading labels"``.

    Yields:
        Each item.
    """
    shown = console.is_terminal and not console.is_dumb_terminal
    yield from rich_track(items, what, console=console, transient=True, disable=not shown)
