"""What schedules do to the values that they change: nothing, or the contrary of what is meant."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.hooks import ParamSchedulerHook

from digitdet.config_checks.libraries import class_name, library_of
from digitdet.config_checks.numbers import is_number, section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem

# Class, but for the value that it changes -> argument that multiplies it.
FACTORS = {"MultiStep": "gamma", "Step": "gamma", "Exponential": "gamma"}
CHANGED = ("LR", "Momentum", "ParamScheduler")


def check_rates(config: Config, parts: Sequence[Part]) -> list[Problem]:
    """Find schedules that nothing moves, that raise what they are to lower, or end above its start.

    Only mmengine's schedulers are judged.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    rate = section(section(config, "optim_wrapper"), "optimizer").get("lr")
    schedulers = [part for part in parts if part.registry.name == "parameter scheduler"]
    problems = list(_unmoved(config, parts)) if schedulers else []
    for part in schedulers:
        if library_of(part.kind) == "mmengine":
            problems += [*_lowest(part, rate), *_growth(part)]
    return problems


def _unmoved(config: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[Problem]:
    """Find schedules without the hook that moves them, which mmengine adds where none is named."""
    hooks = section(config, "default_hooks")
    moves = any(
        inspect.isclass(part.kind) and issubclass(part.kind, ParamSchedulerHook) for part in parts
    )
    if not moves and "param_scheduler" in hooks and hooks["param_scheduler"] is None:
        text = "without this hook no schedule moves; leave this out, or write param_scheduler=[]"
        yield Problem("default_hooks.param_scheduler", text)


def _lowest(part: Part, rate: Any) -> Iterator[Problem]:
    """Find a rate that would fall to more than it begins with."""
    lowest = part.config.get("eta_min")
    if not is_number(lowest) or not is_number(rate) or not class_name(part).endswith("LR"):
        return
    if lowest >= rate > 0:
        text = f"write less than the rate that it begins with, {rate!r}, not {lowest!r}"
        yield Problem(f"{part.key}.eta_min", text)


def _growth(part: Part) -> Iterator[Problem]:
    """Find a factor that makes each step a rise."""
    kinds = {name + changed: factor for name, factor in FACTORS.items() for changed in CHANGED}
    argument = kinds.get(class_name(part), "")
    factor = part.config.get(argument)
    if is_number(factor) and factor > 1:
        text = f"each step multiplies by {factor!r}; to lower, write less than 1: {1 / factor:.6g}"
        yield Problem(f"{part.key}.{argument}", text, is_warning=True)
