"""How far ``digitdet read`` is."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class ReadingProgress:
    """Shows on standard error how many pictures are read; a context manager.

    Args:
        total: How many there are; None where that is not known.
        is_shown: False where the readings themselves go to a terminal; without a terminal on
            standard error nothing is shown either.
    """

    def __init__(self, total: int | None, *, is_shown: bool) -> None:
        console = Console(stderr=True, markup=False, highlight=False)
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            redirect_stdout=False,
            disable=not is_shown or not console.is_terminal or console.is_dumb_terminal,
        )
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> "ReadingProgress":
        self._bar.start()
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def advance(self, what: str) -> None:
        """Count a picture, and name it."""
        self._bar.update(self._task, advance=1, description=what)
