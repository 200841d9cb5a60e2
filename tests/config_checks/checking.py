"""What the tests of the checks share."""

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from digitdet.config_checks.parts import Part, find_parts
from digitdet.config_checks.problems import Problem

ROOT = Path(__file__).parents[2]
EXPERIMENTS = sorted((ROOT / "configs" / "experiments").glob("*.py"))
Check = Callable[[Config, Sequence[Part]], list[Problem]]


@functools.cache
def _experiment(name: str) -> Config:
    config = Config.fromfile(
        str(ROOT / "configs" / "experiments" / f"{name}.py"),
        lazy_import=False,
        import_custom_modules=False,
    )
    for part in find_parts(config):
        part.config.pop("_delete_", None)  # type: ignore[attr-defined]
        if "reader" in part.signature.parameters:
            part.config.setdefault("reader", config.reader)  # type: ignore[attr-defined]
    return config


def experiment(name: str = "quickstart") -> Config:
    """An experiment of the repository, unchecked, with its reader handed on."""
    return copy.deepcopy(_experiment(name))


def changed(changes: Mapping[str, Any], name: str = "quickstart") -> Config:
    """An experiment with changes, dotted key -> value."""
    config = experiment(name)
    config.merge_from_dict(dict(changes))
    return config


def check(
    function: Check, changes: Mapping[str, Any], name: str = "quickstart"
) -> dict[str, Problem]:
    """What a check finds in a changed experiment, by key."""
    config = changed(changes, name)
    problems = function(config, find_parts(config))
    assert len({problem.key for problem in problems}) == len(problems)
    return {problem.key: problem for problem in problems}
