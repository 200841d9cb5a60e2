"""When Python looks for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage in what is imported, then or ever.

    torch and torchvision make half a million objects, which stay. Python's collector would go
    through them again and again: a seventh of the time that they take to import, and some more in
    each later search. Workers that are forked share them as long as nothing touches them.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()
    gc.freeze()
