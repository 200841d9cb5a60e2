"""Problems of a config, all of which are told at once."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a config, or looks wrong.

    Attributes:
        key: Dotted key of the value at fault, positions of lists as numbers:
            ``"train_dataloader.dataset.transforms.0.p"``.
        message: What is wrong, and what to do; it repeats neither the key nor the file.
        is_warning: Whether the config can be used all the same.
    """

    key: str
    message: str
    is_warning: bool = False


def described(problem: Problem, place: Callable[[str], str] | None = None, source: str = "") -> str:
    """Say where a problem is, at which key, and what it is.

    Args:
        problem: The problem.
        place: Gives the file and line, or the option, that a key was last set by.
        source: Stands for it where there is none.
    """
    where = place(problem.key) if place else source
    if where.endswith(f" {problem.key}"):  # an override of this very key names it
        return f"{where}: {problem.message}"
    return f"{where}: {problem.key}: {problem.message}"


class ConfigError(ValueError):
    """A config that can't be used; its text lists all problems.

    Args:
        source: The config's file.
        problems: What is wrong; at least one.
        place: Gives the file and line, or the option, that a key was last set by.

    Attributes:
        problems: What is wrong.
    """

    def __init__(
        self, source: str, problems: Sequence[Problem], place: Callable[[str], str] | None = None
    ) -> None:
        self.problems = list(problems)
        lines = [described(problem, place, source) for problem in problems]
        if len(lines) > 1:
            lines = [f"{source}: {len(lines)} problems", *(f"  {line}" for line in lines)]
        super().__init__("\n".join(lines))


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'KNOWN'?"`` for a mistyped name, "" where nothing is near it."""
    names = list(known)
    close = [each for each in names if each.lower() == name.lower()]
    close = close or difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
