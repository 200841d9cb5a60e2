"""Mixed precision: its type, and how losses are scaled."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.optim import AmpOptimWrapper
from torch.amp import GradScaler

from digitdet.config_checks.numbers import is_number
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem, suggest

DTYPES = ("bfloat16", "float16")


def check_precision(config: Config, parts: Sequence[Part]) -> list[Problem]:  # noqa: ARG001
    """Find what `AmpOptimWrapper` takes for neither type nor scale.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    problems: list[Problem] = []
    for part in parts:
        if part.kind is AmpOptimWrapper:
            problems += [*_dtype(part), *_scale(part)]
    return problems


def _dtype(part: Part) -> Iterator[Problem]:
    value = part.config.get("dtype")
    if value is not None and value not in DTYPES:
        yield Problem(f"{part.key}.dtype", f"write 'bfloat16' or 'float16', not {value!r}")


def _scale(part: Part) -> Iterator[Problem]:
    key, value = f"{part.key}.loss_scale", part.config.get("loss_scale", "dynamic")
    if isinstance(value, Mapping):
        yield from _scaler(key, value)
    elif isinstance(value, bool) or not (value == "dynamic" or is_number(value)):
        yield Problem(key, f"write 'dynamic', a number or a dict for GradScaler, not {value!r}")
    elif is_number(value) and value <= 0:
        yield Problem(key, f"write a number above 0, not {value!r}")
    elif isinstance(value, int):
        yield Problem(key, f"mmengine takes no whole number here; write {float(value)!r}")


def _scaler(key: str, value: Mapping[str, Any]) -> Iterator[Problem]:
    known = set(inspect.signature(GradScaler).parameters) - {"device"}
    for name in value:
        if name not in known:
            text = f"torch.amp.GradScaler takes no {name!r}{suggest(name, known)}"
            yield Problem(f"{key}.{name}", text)
