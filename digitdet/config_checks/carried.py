"""A config that came with weights: it may name what is registered, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.registry import WEIGHT_INITIALIZERS

from digitdet.config_checks.kinds import SEARCHED
from digitdet.config_checks.parts import find
from digitdet.config_checks.problems import Problem
from digitdet.registry import BACKBONES, MODELS, READERS

REMEDY = (
    "a config that came with weights may name only what is registered already: import the module "
    "that registers it before, or name the config itself"
)


def check_carried(values: Any, key: str = "") -> Iterator[Problem]:
    """Find what a registry would import because a config names it.

    Args:
        values: What a checkpoint carries, or a part of it.
        key: Its dotted key.

    Yields:
        A problem for each ``type`` that is not registered, at any depth, and each ``_scope_``,
        which names a package.
    """
    if isinstance(values, Mapping):
        for name, value in values.items():
            inner = f"{key}.{name}".lstrip(".")
            if name == "_scope_" or (name == "type" and not _is_registered(value)):
                yield Problem(inner, f"is {value!r}; {REMEDY}")
            yield from check_carried(value, inner)
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from check_carried(value, f"{key}.{index}")


def _is_registered(name: Any) -> bool:
    # Those first that most are of: the look-up imports a registry's package.
    registries = (MODELS, BACKBONES, READERS, *SEARCHED, WEIGHT_INITIALIZERS)
    return isinstance(name, str) and any(find(registry, name) for registry in registries)
