"""The console that a run reports to; the log file holds the rest."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track as rich_track

T = TypeVar("T")

console = Console(highlight=False, markup=False, soft_wrap=True)


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
