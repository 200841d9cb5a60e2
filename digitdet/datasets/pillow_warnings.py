"""Keeps back Pillow's warnings, which name no file, while pictures are read in any thread."""

import threading
import warnings
from types import TracebackType


class IgnoredWarnings:
    """A context in which Pillow warns of nothing; to be entered by any number of threads at once.

    They are about metadata that it skips, such as a damaged EXIF tag, and about large pictures.
    Two overlapping `warnings.catch_warnings` would leave the filters of the first behind for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(kind, error, traceback)


IGNORED_WARNINGS = IgnoredWarnings()
