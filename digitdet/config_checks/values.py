"""Values of arguments against their annotations."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digitdet.config_checks.annotations import Built, misfit
from digitdet.config_checks.arguments import SETTABLE
from digitdet.config_checks.calls import Call
from digitdet.config_checks.kinds import ARGUMENTS, LISTS
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem
from digitdet.registry import TRANSFORMS
from digitdet.transforms.torchvision_v2 import translate

# Annotations that say less than what is taken, as their docstrings and code do.
TOO_NARROW = frozenset(
    {
        ("AmpOptimWrapper", "loss_scale"),  # mmengine 0.10.7: a number, a text or a dict
        ("RandomErasing", "value"),  # torchvision 0.21 to 0.29: a number, a list or "random"
    }
)


def check_values(
    calls: Sequence[Call], parts: Sequence[Part], shared: Mapping[str, Any]
) -> list[Problem]:
    """Find values that are not of the type that their argument is annotated with.

    What is not annotated is not judged.

    Args:
        calls: What the config gives arguments to.
        parts: What the config builds.
        shared: Argument -> value that is stated once at the top level and judged there.
    """
    built = {part.key for part in parts}
    no_parts = {part.key for part in parts if part.value is not part.config}
    transforms = {part.key for part in parts if part.registry is TRANSFORMS}
    return [
        problem
        for call in calls
        for name, value in call.arguments.items()
        if not (name in shared and shared[name] == value) and f"{call.key}.{name}" not in no_parts
        for problem in _check(call, name, value, built, call.key in transforms)
    ]


def _check(
    call: Call, name: str, value: Any, built: set[str], is_transform: bool
) -> Iterator[Problem]:
    key = f"{call.key}.{name}"
    parameter = call.signature.parameters.get(name)
    if parameter is None or name in call.given - SETTABLE or (call.name, name) in TOO_NARROW:
        return
    if is_transform:
        try:
            value = translate(name, value)
        except ValueError as error:
            yield Problem(key, str(error))
            return
    empty = inspect.Parameter.empty
    is_default = parameter.default is not empty and _equal(parameter.default, value)
    if parameter.annotation is empty or is_default:
        return
    found = misfit(_with_built(key, value, built), parameter.annotation)
    if found is not None:
        expected = (
            "a dict with a `type`" if name in ARGUMENTS and name not in LISTS else found.expected
        )
        text = f"is {_shown(found.value)}, but it takes {expected}"
        yield Problem(".".join((key, *found.path)), text)


def _equal(default: Any, value: Any) -> bool:
    """Say whether a value is the default; a tensor's `==` gives no bool."""
    return type(default) is type(value) and bool(default is value or repr(default) == repr(value))


def _with_built(key: str, value: Any, built: set[str]) -> Any:
    """Put `Built` in place of what is built."""
    if key in built:
        return Built()
    if isinstance(value, Mapping):
        return {k: _with_built(f"{key}.{k}", item, built) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_built(f"{key}.{i}", item, built) for i, item in enumerate(value)]
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
