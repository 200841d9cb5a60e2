"""What the constructors themselves refuse, found by building parts that cost nothing."""

import copy
import re
import traceback
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from torch import nn

from digitdet.config_checks.building import left_alone
from digitdet.config_checks.libraries import class_name, is_known
from digitdet.config_checks.meta_models import build_shapes
from digitdet.config_checks.numbers import is_number
from digitdet.config_checks.parts import Part, is_within
from digitdet.config_checks.problems import Problem
from digitdet.config_checks.run_length import RunLength, run_length
from digitdet.transforms.safety import check_safe

ALONE = ("hook", "metric", "reader", "log_processor")
NEEDED = ("reader", "optimizer")
ON_META = ("backbone", "model")
MOST_SCENES = 10**6  # a list of their positions is made
# Texts of torch that name an argument by another word.
WORDS = {"learning rate": "lr", "beta parameter": "betas", "epsilon value": "eps"}
# How `check_safe` begins: the place in the list of transforms.
UNSAFE = re.compile(r"transforms\[0\](?P<inner>(\.transforms\[\d+\])*)\S*: ")
# What `arguments` tells better.
OF_ARGUMENTS = re.compile(r"unexpected keyword argument|missing \d+ required|multiple values for")


def check_trials(
    config: Config, parts: Sequence[Part], at_fault: Collection[str] = ()
) -> list[Problem]:
    """Build optimizers, schedulers, hooks, metrics, readers, transforms, scenes and the model.

    The model is built without weights on torch's device ``meta``: shapes alone. What reads files,
    writes or downloads is not built, and neither is what holds a class of a user's own. Random
    states and mmengine's global instances are left as they were.

    Args:
        config: The merged config.
        parts: What is built of it.
        at_fault: Keys that problems are known of; what holds one is not built.
    """
    faults = list(at_fault)
    problems: list[Problem] = []
    with left_alone():
        run = run_length(config, parts)
        optimizer = _dummy_optimizer()
        for part in _inner_first(parts):
            build = _builder(part, parts, optimizer, run)
            holds_fault = _holds_fault(part, faults, config.get("reader"))
            if build is None or holds_fault or not _is_known_inside(part, parts):
                continue
            try:
                built = build()
            except Exception as error:
                found = _problem(*_culprit(part, error, parts))
                faults.append(found.key)
                problems += [] if OF_ARGUMENTS.search(str(error)) else [found]
            else:
                optimizer = built if part.registry.name == "optimizer" else optimizer
    return problems


def _culprit(part: Part, error: Exception, parts: Sequence[Part]) -> tuple[Part, Exception]:
    """Return which part of a model fails by itself, and how; the model where none does."""
    inside = [other for other in parts if other.key.startswith(f"{part.key}.")]
    for other in reversed(inside if part.registry.name in ON_META else []):
        try:
            build_shapes(other)
        except Exception as cause:
            return other, cause
    return part, error


def _dummy_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([nn.Parameter(torch.zeros(2, 2))], lr=0.1, momentum=0.9)


def _inner_first(parts: Sequence[Part]) -> list[Part]:
    """Order parts such that what others hold, are handed or act on comes before them."""
    backwards = list(reversed(parts))
    return sorted(backwards, key=lambda part: part.registry.name not in NEEDED)


def _is_known_inside(part: Part, parts: Sequence[Part]) -> bool:
    return all(is_known(other.kind) for other in parts if is_within(other.key, part.key))


def _holds_fault(part: Part, faults: Collection[str], reader: Any) -> bool:
    """Whether a part holds what is known to be wrong, be it the top level's reader."""
    is_handed = reader is not None and part.config.get("reader") == reader
    keys = (part.key, "reader") if is_handed else (part.key,)
    return any(is_within(fault, key) for fault in faults for key in keys)


def _builder(
    part: Part, parts: Sequence[Part], optimizer: torch.optim.Optimizer, run: RunLength
) -> Callable[[], Any] | None:
    """Return what builds a part on trial; None for a part that is not built."""
    name = part.registry.name
    kind = part.kind
    if kind is None or not callable(kind):  # mmengine takes "abc" for Python's module abc
        return None
    if name in ON_META:
        return partial(build_shapes, part) if "." not in part.key else None
    if name == "transform":
        return partial(_build_transform, part, parts)
    arguments = _arguments(part)
    if name == "optimizer":
        return partial(kind, [nn.Parameter(torch.zeros(2, 2))], **arguments)
    if name == "parameter scheduler":
        return partial(_build_scheduler, part, optimizer, run)
    if name == "optim_wrapper" and kind is OptimWrapper:
        return partial(kind, _dummy_optimizer(), **arguments)
    is_scenes = name == "dataset" and class_name(part) == "SyntheticDigits" and _is_small(part)
    return partial(kind, **arguments) if name in ALONE or is_scenes else None


def _is_small(part: Part) -> bool:
    count = part.config.get("num_scenes")
    return is_number(count) and count <= MOST_SCENES


def _arguments(part: Part) -> dict[str, Any]:
    left_out = {"type", "_scope_", *part.extra}
    return {k: copy.deepcopy(v) for k, v in part.config.items() if k not in left_out}


def _build_transform(part: Part, parts: Sequence[Part]) -> None:
    """Build a transform, and refuse what its data set would: the outermost one, with all in it."""
    built = part.registry.build(copy.deepcopy(dict(part.config)))
    holder = part.key.rpartition(".transforms.")[0]
    for other in parts:
        is_holder = other.key == holder and other.registry.name == "dataset"
        if is_holder and not other.config.get("allow_unsafe", False):
            check_safe([built])


def _build_scheduler(part: Part, optimizer: torch.optim.Optimizer, run: RunLength) -> None:
    """Build a scheduler as mmengine's Runner does."""
    by_epoch = part.config.get("by_epoch", True)
    length = run.epochs if by_epoch else run.steps
    of_epoch = run.steps // run.epochs if run.steps and run.epochs else 100
    config = copy.deepcopy(dict(part.config))
    if length is not None:
        config.setdefault("end", length)
    part.registry.build(config, default_args={"optimizer": optimizer, "epoch_length": of_epoch})


def _problem(part: Part, error: Exception) -> Problem:
    """Return what a constructor says, at the key of the argument that it names first."""
    text = _text(part, error)
    place = UNSAFE.match(text)
    if place:
        inner = re.sub(r"\[(\d+)\]", r".\1", place["inner"])
        return Problem(part.key + inner, text[place.end() :])
    named = text.lower()
    for words, argument in WORDS.items():
        named = named.replace(words, argument)
    found = [
        (match.start(), name)
        for name in part.config
        if name != "type" and (match := re.search(rf"\b{re.escape(name.lower())}\b", named))
    ]
    return Problem(f"{part.key}.{min(found)[1]}" if found else part.key, text)


def _text(part: Part, error: Exception) -> str:
    """Return an error's text on one line, without what torch and mmengine add to it."""
    said = f"{class_name(part)} finds no {error}" if isinstance(error, KeyError) else str(error)
    said = " ".join(said.split("Exception raised from")[0].split())
    text = re.sub(r"^(class `\w+` in [\w/]+\.py: )+", "", said)
    if text:
        return text
    line = (traceback.extract_tb(error.__traceback__)[-1].line or type(error).__name__).strip()
    needed = line.removeprefix("assert ")
    if needed != line:
        return f"{class_name(part)} takes only arguments of which this holds: {needed}"
    return f"{class_name(part)} refuses its arguments: {line}"
