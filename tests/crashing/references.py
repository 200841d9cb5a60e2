"""Runs that nobody stops."""

from pathlib import Path

from crashing.comparison import table
from crashing.processes import Zygote
from crashing.variants import Variant


class References:
    """The unbroken runs, one of each kind, made when they are first needed."""

    def __init__(self, zygote: Zygote, folder: Path) -> None:
        self._zygote = zygote
        self._folder = folder
        self._seconds: dict[str, float] = {}
        self._tables: dict[str, list[str]] = {}

    def make(self, variant: Variant) -> None:
        """Run it, if this was not done; only then is the rest of it known."""
        if variant.name in self._seconds:
            return
        is_first = not self._seconds
        training = self._zygote.finish(variant.arguments(self.folder(variant)), imports=is_first)
        self._seconds[variant.name] = training.seconds
        self._tables[variant.name] = table(training.output())

    def folder(self, variant: Variant) -> Path:
        """Return what the run left."""
        return self._folder / variant.name

    def seconds(self, variant: Variant) -> float:
        """Return the seconds that it computed; those of the first one are more, by its imports."""
        return self._seconds[variant.name]

    def table(self, variant: Variant) -> list[str]:
        """Return the lines of the table of its epochs."""
        return self._tables[variant.name]
