"""Lists what is registered."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from mmengine.registry import Registry
from rich.table import Table
from rich.text import Text

from digitdet import config as configs
from digitdet import registry as registries
from digitdet.config_checks import kinds
from digitdet.config_checks.problems import ConfigError, suggest
from digitdet.config_views.descriptions import arguments_text, first_line
from digitdet.config_views.sources import shortened
from digitdet.console import console


def print_registered(name: str | None = None, config: str | Path | None = None) -> None:
    """Print what is registered: all registries, or what is in one with signature and purpose.

    Args:
        name: Of the registry: ``"DATASETS"``, ``"datasets"`` or ``"dataset"``; None for all.
        config: One whose ``custom_imports`` are imported first; all else may be wrong with it.

    Raises:
        ImportError: If a module of ``custom_imports`` can't be imported.
        ValueError: If there is no such registry, or the config can't be read.
    """
    if config is not None:
        with suppress(ConfigError):  # what it imports is registered by then
            configs.load(config)
    if name is None:
        console.print(_overview())
        return
    registry = find_registry(name)
    for entry, kind in registered(registry).items():
        console.print(f"{entry}{arguments_text(kind, _given(registry))}")
        console.print(f"    {shortened(first_line(kind), 110) or '(no docstring)'}")


def all_registries() -> dict[str, Registry]:
    """Return the registries by the names of their constants: ``"DATASETS"``."""
    return {name: each for name, each in vars(registries).items() if isinstance(each, Registry)}


def find_registry(name: str) -> Registry:
    """Return a registry by its name or that of its constant.

    Raises:
        ValueError: If there is none.
    """
    known = all_registries()
    for constant, registry in known.items():
        if _bare(name) in (_bare(constant), _bare(registry.name)):
            return registry
    raise ValueError(f"no registry {name!r}{suggest(name.upper(), known)}")


def _bare(name: str) -> str:
    """Return the letters of a registry's name in the singular."""
    return "".join(filter(str.isalpha, name.lower())).removesuffix("s")


def registered(registry: Registry) -> dict[str, Callable[..., Any]]:
    """Return what a config can name of a registry, digitdet's and the user's own first."""
    import_module("mmengine.runner")  # registers what mmengine brings
    found: dict[str, Callable[..., Any]] = {}
    level: Registry | None = registry
    while level is not None:
        level.import_from_location()
        entries: Mapping[str, Callable[..., Any]] = level.module_dict
        found |= {name: entries[name] for name in sorted(entries) if name not in found}
        level = level.parent
    return found


def _overview() -> Table:
    table = Table(title="registries", title_justify="left")
    table.add_column("registry", no_wrap=True)
    table.add_column("entries", justify="right")
    table.add_column("of digitdet or your own")
    for constant, registry in all_registries().items():
        entries = registered(registry)
        own = [name for name, kind in entries.items() if not _is_of_a_library(kind)]
        table.add_row(constant, str(len(entries)), Text(", ".join(own)))
    return table


def _is_of_a_library(kind: Callable[..., Any]) -> bool:
    return kind.__module__.partition(".")[0] in ("mmengine", "torch", "torchvision")


def _given(registry: Registry) -> frozenset[str]:
    """Return the arguments that the builder of a registry's parts supplies."""
    known = [*kinds.TOP_LEVEL.values(), *kinds.ARGUMENTS.values(), kinds.SCHEDULER]
    return frozenset().union(*(kind.given for kind in known if kind.registry is registry))
