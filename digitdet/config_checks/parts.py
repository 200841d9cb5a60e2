"""What a config builds through registries, at any depth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from mmengine.registry import Registry

from digitdet import registry as registries
from digitdet.config_checks.kinds import (
    ARGUMENTS,
    EVALUATOR,
    EVALUATORS,
    FUNCTION,
    HOOK,
    LISTS,
    LOADERS,
    METRIC,
    OF_READING,
    SCHEDULER,
    SEARCHED,
    STEP_LOOP,
    TOP_LEVEL,
    Kind,
)
from digitdet.config_checks.libraries import is_known
from digitdet.config_checks.signatures import Signature, signature_of


@dataclass(frozen=True)
class Part:
    """What a config builds through a registry, or would if it were written as it has to be.

    Attributes:
        key: Its dotted key.
        registry: Where its ``type`` is looked for.
        config: Its arguments and ``type``; empty if ``value`` is not a dict.
        kind: The class or function; None if no registry knows it, or no ``type`` is stated.
        given: Names of arguments that the builder supplies.
        extra: Keys beside the arguments, which the builder takes out.
        signature: What ``kind`` takes by name.
        value: What the config states.
    """

    key: str
    registry: Registry
    config: Mapping[str, Any]
    kind: Callable[..., Any] | None
    given: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    signature: Signature = field(default_factory=lambda: Signature({}, takes_any=True))
    value: Any = None


def find(registry: Registry, name: Any) -> Callable[..., Any] | None:
    """Return what a ``type`` names, or None if the registry does not know it."""
    if not isinstance(name, str):
        return name if callable(name) else None
    return registry.get(name) if _is_registered(registry, name) else None


def _is_registered(registry: Registry, name: str) -> bool:
    """Whether a registry, a parent of it, or one of the name's scope holds a name.

    `Registry.get` takes any other name for a module's, and imports that.
    """
    scope, _, bare = name.rpartition(".")
    levels = [registry]
    while levels[-1].parent is not None:
        levels.append(levels[-1].parent)
    levels += [child for child in levels[-1].children.values() if scope and child not in levels]
    for level in levels:
        level.import_from_location()
    return any(bare in level.module_dict and scope in ("", level.scope) for level in levels)


def is_within(key: str, outer: str) -> bool:
    """Whether a dotted key is another one, or below it."""
    return key == outer or key.startswith(f"{outer}.")


def find_parts(config: Mapping[str, Any]) -> list[Part]:
    """Return all that a config builds through registries, outer parts before what is in them.

    Args:
        config: The merged config, or a part of one.
    """
    if not config.keys() <= set(OF_READING):  # which the Runner does not build of its own
        import_module("mmengine.runner")  # registers what mmengine brings
    return [part for key, kind, value in _top_level(config) for part in _parts(key, kind, value)]


def _top_level(config: Mapping[str, Any]) -> Iterator[tuple[str, Kind, Any]]:
    for key, value in config.items():
        if value is None:
            continue
        if key in TOP_LEVEL:
            by_steps = key == "train_cfg" and not _get(value, "by_epoch", True)
            yield key, STEP_LOOP if by_steps else TOP_LEVEL[key], value
        elif key in LOADERS and isinstance(value, Mapping):
            names = [name for name in value if name in ARGUMENTS and value[name] is not None]
            yield from ((f"{key}.{name}", ARGUMENTS[name], value[name]) for name in names)
        elif key in EVALUATORS:
            named = find(EVALUATOR.registry, _get(value, "type"))
            yield key, EVALUATOR if named or _get(value, "metrics") else METRIC, value
        elif key == "custom_hooks" and isinstance(value, list | tuple):
            yield key, HOOK, value
        elif key == "default_hooks" and isinstance(value, Mapping):
            yield from ((f"{key}.{k}", HOOK, v) for k, v in value.items() if v is not None)
        elif key == "param_scheduler":
            several = _get(config.get("optim_wrapper"), "constructor") is not None
            yield from _schedulers(key, value, several=several)


def _get(value: Any, name: str, default: Any = None) -> Any:
    return value.get(name, default) if isinstance(value, Mapping) else default


def _schedulers(key: str, value: Any, *, several: bool) -> Iterator[tuple[str, Kind, Any]]:
    """Yield schedulers: one, a list, or a dict of those for each of several optimizers.

    Only a constructor of the user's own makes several optimizers.
    """
    if several and isinstance(value, Mapping) and "type" not in value:
        yield from ((f"{key}.{name}", SCHEDULER, item) for name, item in value.items())
    else:
        yield key, SCHEDULER, value


def _parts(key: str, kind: Kind, value: Any) -> Iterator[Part]:
    """Yield the parts of one value, which holds one or, where there may be several, a list."""
    is_list = key.rpartition(".")[2] in LISTS
    if isinstance(value, list | tuple) and (is_list or kind in (HOOK, METRIC, SCHEDULER)):
        for index, item in enumerate(value):
            yield from _part(f"{key}.{index}", kind, item)
    elif is_list:
        yield Part(key, kind.registry, {}, None, value=value)
    else:
        yield from _part(key, kind, value)


def _part(key: str, kind: Kind, value: Any) -> Iterator[Part]:
    """Yield the part that a value describes, or that it ought to, and those within it."""
    if isinstance(value, Mapping):
        found = find(kind.registry, value.get("type", kind.default))
        given = kind.given | _first_argument(kind, found)
        signature = _signature(kind, value, found)
        yield Part(key, kind.registry, value, found, given, kind.extra, signature, value)
        for name, item in value.items():
            yield from _inner(f"{key}.{name}", name, kind.registry, found, item)
    else:
        yield Part(key, kind.registry, {}, None, value=value)


def _first_argument(kind: Kind, found: Callable[..., Any] | None) -> frozenset[str]:
    """Return the name of a function's or optimizer's first argument, which its caller gives."""
    if found is None or not (kind is FUNCTION or kind.registry is registries.OPTIMIZERS):
        return frozenset()
    return frozenset(list(signature_of(found).parameters)[:1])


def _signature(
    kind: Kind, config: Mapping[str, Any], found: Callable[..., Any] | None
) -> Signature:
    """Return what a part takes by name: any where the user's own constructor makes optimizers."""
    by_constructor = "constructor" in config and kind.registry is registries.OPTIM_WRAPPERS
    if found is None or by_constructor:
        return Signature({}, takes_any=True)
    return signature_of(found)


def _inner(
    key: str, name: str, registry: Registry, outer: Callable[..., Any] | None, value: Any
) -> Iterator[Part]:
    """Yield the parts within an argument of a part."""
    if value is None:
        return
    if name in ARGUMENTS and is_known(outer):  # those build their arguments as `ARGUMENTS` says
        yield from _parts(key, ARGUMENTS[name], value)
    elif isinstance(value, Mapping):
        kind = _kind_of_type(value.get("type"), name, registry)
        if kind is not None:
            yield from _parts(key, kind, value)
        else:
            for inner, item in value.items():
                yield from _inner(f"{key}.{inner}", inner, registry, None, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _inner(f"{key}.{index}", name, registry, None, item)


def _kind_of_type(type_: Any, name: str, registry: Registry) -> Kind | None:
    """Return how a dict in an argument of the user's own is built; None if it is no part."""
    if type_ is None:
        return None
    by_name = [ARGUMENTS[name]] if name in ARGUMENTS else []
    elsewhere = [Kind(other) for other in (registry, *SEARCHED)]
    known = [kind for kind in (*by_name, *elsewhere) if find(kind.registry, type_) is not None]
    return next(iter([*known, *by_name]), None)
