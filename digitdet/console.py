"""The console that a run reports to; the log file holds the rest."""

from rich.console import Console

console = Console(highlight=False, markup=False, soft_wrap=True)
