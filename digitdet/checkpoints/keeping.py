"""Deletes the checkpoints of a run that newer ones replace."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from mmengine.dist import is_main_process

from digitdet.checkpoints.reading import read_meta

STOPOVER = "iter_{}.pth"


class KeptCheckpoints:
    """Checkpoints of a run in its folder; a file is deleted once what replaces it is whole.

    Args:
        folder: The folder.

    Attributes:
        outdone: Those of what was the best. The one that the newest checkpoint to go on from
            names stays until there is a newer one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outdone: set[Path] = set()
        self._stopovers: set[Path] = set()
        self._named: set[Path] = set()

    def find_stopovers(self, step: int) -> None:
        """Look which files of a resumed run are stopovers.

        Args:
            step: Finished steps; what is later is not the run's.
        """
        self._stopovers = set(_stopovers(self.folder, step))

    def keep_best(self, files: Collection[Path]) -> None:
        """Note the checkpoints of the best that the newest checkpoint to go on from names."""
        self._named = set(files)

    def replace_best(self, old: Path | None, new: Path) -> None:
        """Note that the best has a new checkpoint, which is whole."""
        self.outdone.discard(new)
        if old is not None and old != new:
            self.outdone.add(old)
        self._delete_outdone()

    def replace(self, new: Path, *, is_stopover: bool, best: Collection[Path]) -> None:
        """Note a new checkpoint to go on from, which is whole.

        Args:
            new: The checkpoint.
            is_stopover: Whether the next one replaces it.
            best: Those of the best that it names.
        """
        self._named = set(best)
        self._delete_outdone()
        _delete(self._stopovers - {new})
        self._stopovers = {new} if is_stopover else set()

    def thin_out(self, template: str, number: int, most: int) -> None:
        """Delete the oldest of the numbered checkpoints up to one, if there are too many.

        Args:
            template: Their name, with ``{}`` for the number.
            number: Of the newest.
            most: How many stay.
        """
        files = numbered_files(self.folder, template)
        own = sorted(n for n in files if n <= number)
        _delete(files[n] for n in own[:-most])

    def _delete_outdone(self) -> None:
        gone = self.outdone - self._named
        _delete(gone)
        self.outdone -= gone


def numbered_files(folder: Path, template: str) -> dict[int, Path]:
    """Return the files of a folder whose names are made by a template, by their numbers.

    Args:
        folder: The folder; need not be there.
        template: The name, with ``{}`` for the number.
    """
    pattern = re.compile(r"(\d+)".join(map(re.escape, template.split("{}"))))
    files = folder.iterdir() if folder.is_dir() else ()
    found = ((pattern.fullmatch(file.name), file) for file in files)
    return {int(match[1]): file for match, file in found if match}


def _stopovers(folder: Path, step: int) -> Iterator[Path]:
    for number, file in numbered_files(folder, STOPOVER).items():
        try:
            is_stopover = number <= step and read_meta(file).get("is_stopover")
        except (OSError, ValueError):  # torn, or another's: not this run's to delete
            continue
        if is_stopover:
            yield file


def _delete(files: Collection[Path] | Iterator[Path]) -> None:
    """Delete files in the first process; one that is gone already is no matter."""
    for file in files if is_main_process() else ():
        file.unlink(missing_ok=True)
