"""Pillow's warnings while pictures are read."""

import threading
import warnings

from digitdet.datasets.pillow_warnings import IGNORED_WARNINGS, IgnoredWarnings


def _warn(module: str) -> None:
    warnings.warn_explicit("odd", UserWarning, "x.py", 1, module)


def test_only_pillow_is_silent_and_only_inside() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with IGNORED_WARNINGS:
            _warn("PIL.Image")
            _warn("digitdet.datasets")
        _warn("PIL.TiffImagePlugin")
    assert len(warned) == 2


def test_threads_that_overlap_leave_the_filters_as_they_were() -> None:
    ignored, inside, left = IgnoredWarnings(), threading.Event(), threading.Event()

    def read() -> None:
        with ignored:
            inside.set()
            left.wait(10)

    before = list(warnings.filters)
    thread = threading.Thread(target=read)
    with ignored:
        thread.start()
        inside.wait(10)
    assert warnings.filters != before  # the thread is still reading
    left.set()
    thread.join()
    assert warnings.filters == before
