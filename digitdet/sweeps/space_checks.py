"""Holds a space against the config, before the first trial."""

import contextlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitdet import config as configs
from digitdet.config_checks.problems import ConfigError, described
from digitdet.console import warn
from digitdet.sweeps.dimension import Dimension

OVERRIDE = "--cfg-options "
NUMBERS = re.compile(r"\d+")  # in which warnings of one kind differ


def check_space(
    dimensions: Sequence[Dimension], config_file: str | Path, options: Sequence[str] = ()
) -> None:
    """Refuse a space of which an end of a range, or a value of a list, gives no valid config.

    Each is tried alone, the rest being as the config has it. What only looks wrong is a warning,
    told once.

    Args:
        dimensions: The space.
        config_file: The config, which is valid by itself.
        options: Overrides, ``KEY=VALUE``.

    Raises:
        ValueError: If there is one; the text names all, with their lines.
    """
    given = configs.parse_overrides(options)
    problems, warnings = [], []
    for dimension in dimensions:
        doubled = [key for key in given if _overlap(key, dimension.key)]
        if doubled:
            problems.append(
                f"{dimension.place}: {dimension.key}: {OVERRIDE}sets {doubled[0]} as well; "
                "leave one of the two out"
            )
            continue
        for value in dimension.ends:
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                problems += _problems(dimension, value, config_file, options)
            warnings += said.getvalue().splitlines()
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    for line in {NUMBERS.sub("", line): line for line in warnings}.values():
        warn(line.removeprefix("warning: "))


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _problems(
    dimension: Dimension, value: Any, config_file: str | Path, options: Sequence[str]
) -> list[str]:
    """Return what is wrong with a config that has a value, each with the line of the space."""
    place = f"{dimension.place}: {dimension.key}={value!r}"
    try:
        configs.load(config_file, [*options, option_of(dimension.key, value)])
    except ConfigError as error:
        wrong = [problem for problem in error.problems if not problem.is_warning]
        return [
            f"{place}: {problem.message}"
            if problem.key == dimension.key
            else described(problem, source=place)
            for problem in wrong
        ]
    except (ImportError, ValueError) as error:
        return [f"{place}: {error}"]
    return []


def option_of(key: str, value: Any) -> str:
    """Return a value as an override of the command line."""
    return f"{key}={value!r}"
