"""Groups of parameters with a rate of their own, against the model's parameters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from torch import nn

from digitdet.config_checks.libraries import class_name
from digitdet.config_checks.meta_models import build_on_meta
from digitdet.config_checks.numbers import NOT_NEGATIVE, is_number, section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem, suggest

KEY = "optim_wrapper.paramwise_cfg"


def check_parameter_groups(config: Config, parts: Sequence[Part]) -> list[Problem]:
    """Find groups that match no parameter, or none that is trained, and negative factors.

    Modules that are to be frozen by name are looked for, too. The model's names are known only
    where its shapes can be built without weights; see `build_on_meta`.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    groups = section(section(config, "optim_wrapper"), "paramwise_cfg")
    keys = section(groups, "custom_keys")
    optimizer = section(section(config, "optim_wrapper"), "optimizer")
    problems = [*_factors(KEY, groups), *_unstated(groups, keys, optimizer)]
    hooks = [part for part in parts if class_name(part) == "FreezeHook"]
    for name in keys:
        problems += _factors(f"{KEY}.custom_keys.{name}", section(keys, name))
    model = build_on_meta(parts) if keys or hooks else None
    if model is None:
        return problems
    frozen = [problem for part in hooks for problem in _modules(part, model)]
    return [*problems, *_matches(keys, model), *frozen]


def _factors(key: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in values.items():
        is_factor = str(name).endswith("_mult") or name in ("lr", "weight_decay")
        if is_factor and is_number(value) and not NOT_NEGATIVE.holds(value):
            yield Problem(f"{key}.{name}", f"write {NOT_NEGATIVE.words}, not {value!r}")


def _unstated(
    groups: Mapping[str, Any], keys: Mapping[str, Any], optimizer: Mapping[str, Any]
) -> Iterator[Problem]:
    """Find values that mmengine multiplies, but takes from the config alone: defaults are none."""
    holders = (groups, *(section(keys, name) for name in keys))
    names = {str(name) for holder in holders for name in holder}
    has_decay = any(name.endswith("decay_mult") for name in names)
    needed = {"lr": bool(keys) or any(name.endswith("lr_mult") for name in names)}
    for name, is_needed in {**needed, "weight_decay": has_decay}.items():
        if is_needed and optimizer and name not in optimizer:
            text = "is missing: paramwise_cfg multiplies it, and takes no default of the optimizer"
            yield Problem(f"optim_wrapper.optimizer.{name}", text)


def _matches(keys: Mapping[str, Any], model: nn.Module) -> Iterator[Problem]:
    """Compare names with parameters by mmengine's rule: the longest name that fits takes all."""
    # mmengine joins prefix and name by a dot, for the outermost module's own parameters too.
    parameters = {k if "." in k else f".{k}": v for k, v in model.named_parameters()}
    by_length = sorted(sorted(keys), key=len, reverse=True)
    owners = {name: next((k for k in by_length if k in name), None) for name in parameters}
    for key in keys:
        matching = [name for name in parameters if key in name]
        own = [name for name in matching if owners[name] == key]
        place = f"{KEY}.custom_keys.{key}"
        if not matching:
            hint = _hint(key, parameters)
            yield Problem(place, f"no parameter of the model has {key!r} in its name{hint}")
        elif not own:
            longer = sorted({str(owners[name]) for name in matching})
            text = f"longer names, {', '.join(map(repr, longer))}, take all that it fits; remove it"
            yield Problem(place, text, is_warning=True)
        elif not any(parameters[name].requires_grad for name in own):
            text = "all parameters that it fits are frozen, so it does nothing"
            yield Problem(place, f"{text}; remove it, or freeze less", is_warning=True)


def _modules(part: Part, model: nn.Module) -> Iterator[Problem]:
    """Find modules to freeze that the model does not have."""
    names = part.config.get("modules")
    modules = [name for name, _ in model.named_modules() if name]
    for position, name in enumerate(names if isinstance(names, list | tuple) else ()):
        if name not in modules:
            hint = suggest(str(name), modules) or f"; it has {', '.join(_first(modules))}"
            text = f"the model has no module {name!r}{hint}"
            yield Problem(f"{part.key}.modules.{position}", text)


def _first(names: Iterable[str]) -> list[str]:
    return sorted({name.split(".")[0] for name in names} - {""})


def _hint(key: str, parameters: Mapping[str, Any]) -> str:
    """Return which part of a parameter's name was meant."""
    names = {".".join(name.split(".")[:depth]) for name in parameters for depth in range(1, 6)}
    names |= {part for name in parameters for part in name.split(".") if not part.isdecimal()}
    return suggest(key, sorted(names)) or f"; its parts are {', '.join(_first(parameters))}"
