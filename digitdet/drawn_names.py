"""Names of drawn pictures in a folder."""

import itertools
import os
from collections.abc import Callable

LONGEST = 220  # bytes of a stem: a name has 255, and a file that is being written has a longer one


class DrawnNames:
    """Names each drawn picture by a stem, and no two alike, whether or not case counts."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def choose(self, stem: str, is_free: Callable[[str], bool] = lambda _: True) -> str:
        """Choose ``STEM.png``, or the first of ``STEM_2.png``, ``STEM_3.png``, ... that is free.

        Args:
            stem: What to call the picture; cut where it is too long.
            is_free: Says of a name whether it may be used.
        """
        while len(os.fsencode(stem)) > LONGEST:
            stem = stem[:-1]
        stems = itertools.chain([stem], (f"{stem}_{number}" for number in itertools.count(2)))
        names = (f"{stem}.png" for stem in stems)
        name = next(n for n in names if n.casefold() not in self._taken and is_free(n))
        self._taken.add(name.casefold())
        return name
