"""Which values of a config a sweep tries; imports no torch."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from digitdet.config_checks.problems import suggest
from digitdet.config_sources.literals import evaluate
from digitdet.config_sources.parsing import parse
from digitdet.config_sources.places import shown_place
from digitdet.config_sources.purity import refuse_code
from digitdet.config_sources.statements import assignments, own_statements
from digitdet.config_views.text import literal
from digitdet.nearby import nearby
from digitdet.sweeps.dimension import KINDS, Dimension

SPACE = "space"
RANGE_KEYS = ("type", "low", "high", "log", "step")
EXAMPLE = 'dict(type="float", low=1e-4, high=1e-1, log=True)'
# What tells runs apart, and is no setting of them.
NOT_SETTINGS = {
    "launcher": "is not read from a config",
    "randomness": "is chance, no setting; how far apart equal runs are is told by --seeds",
    "resume": "is decided by the sweep",
    "work_dir": "is decided by the sweep",
}


def read_space(file: Path) -> list[Dimension]:
    """Read a space; nothing of the file is executed.

    Args:
        file: States ``space``, a dict of dotted keys: each with a list of values, or a range,
            ``dict(type="float" or "int", low=..., high=..., log=True, step=...)``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not such a file; the text names the line.
    """
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such space{nearby(file)}")
    refuse_code(file)
    source = parse(file)
    found = {name.id: value for name, value in assignments(source.tree)}
    for name in found:
        if name != SPACE:
            hint = suggest(name, [SPACE])
            raise ValueError(f"{file}: states {name!r}, but a space states `{SPACE}` alone{hint}")
    content = evaluate(found[SPACE]) if SPACE in found else None
    if not isinstance(content, Mapping) or not content:
        raise ValueError(
            f"{file}: states no keys to try; write {SPACE} = "
            f'{{"optim_wrapper.optimizer.lr": {EXAMPLE}}}'
        )
    lines = {s.path[1]: s.line for s in own_statements(source) if len(s.path) == 2}
    dimensions = []
    for key, stated in content.items():
        place = shown_place(file, lines.get(str(key), 0))
        dimensions.append(to_dimension(key, stated, place))
    _refuse_overlap(dimensions)
    return dimensions


def to_dimension(key: Any, stated: Any, place: str) -> Dimension:
    """Return the values of one key, as a space states them.

    Args:
        key: Dotted key of a config.
        stated: A list, or a dict that is a range.
        place: Where it is stated, for errors.

    Raises:
        ValueError: If it is neither, or a range that holds nothing.
    """
    where = f"{place}: {key}"
    if not isinstance(key, str) or not all(part.strip() for part in key.split(".")):
        raise ValueError(f"{where}: is no key of a config, such as 'optim_wrapper.optimizer.lr'")
    reason = NOT_SETTINGS.get(key.split(".")[0])
    if reason:
        raise ValueError(f"{where}: {reason}; leave it out")
    if isinstance(stated, list | tuple):
        return Dimension(key, place, "choice", choices=_choices(list(stated), where))
    if isinstance(stated, Mapping):
        return _range(key, place, stated, where)
    raise ValueError(f"{where}: takes a list of values, or a range: {EXAMPLE}; got {stated!r}")


def _choices(values: list[Any], where: str) -> list[Any]:
    if not values:
        raise ValueError(f"{where}: the list is empty; name at least two values")
    for value in values:
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{where}: {value} can't be tried")
        if isinstance(value, set):
            raise ValueError(f"{where}: a set can't be tried; write a list")
    texts = [literal(value) for value in values]
    twice = [text for text in texts if texts.count(text) > 1]
    if twice:
        raise ValueError(f"{where}: names {twice[0]} twice")
    return values


def _range(key: str, place: str, stated: Mapping[Any, Any], where: str) -> Dimension:
    for name in stated:
        if name not in RANGE_KEYS:
            hint = suggest(str(name), RANGE_KEYS)
            if not hint:
                taken = ", ".join(RANGE_KEYS)
                hint = f"; it takes {taken}. To try whole dicts, list them: [dict(...)]"
            raise ValueError(f"{where}: a range takes no {name!r}{hint}")
    kind = stated.get("type")
    if kind not in KINDS:
        raise ValueError(f'{where}: the type of a range is "float" or "int", got {kind!r}')
    low, high = (_number(stated.get(name), kind, name, where) for name in ("low", "high"))
    log, step = stated.get("log", False), stated.get("step")
    if low >= high:
        raise ValueError(f"{where}: low is less than high, got {low!r} and {high!r}")
    if not isinstance(log, bool):
        raise ValueError(f"{where}: log is True or False, got {log!r}")
    if log and low <= 0:
        raise ValueError(f"{where}: log=True takes a low above 0, got {low!r}")
    if step is not None:
        step = _step(_number(step, kind, "step", where), low, high, log, where)
    return Dimension(key, place, str(kind), low, high, log, step)


def _step(step: float, low: float, high: float, log: bool, where: str) -> float:
    if log:
        raise ValueError(f"{where}: takes log=True or a step, not both")
    if step <= 0:
        raise ValueError(f"{where}: step is positive, got {step!r}")
    steps = (high - low) / step
    if abs(steps - round(steps)) > 1e-8:
        raise ValueError(
            f"{where}: no number of steps of {step!r} leads from {low!r} to {high!r}; "
            "change one of them"
        )
    return step


def _number(value: Any, kind: Any, name: str, where: str) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or (kind == "int" and value != int(value)):
        what = "a whole number" if kind == "int" else "a number"
        raise ValueError(f"{where}: {name} is {what}, got {value!r}")
    return KINDS[kind](value)


def _refuse_overlap(dimensions: Sequence[Dimension]) -> None:
    """Refuse a key that another one replaces."""
    for outer in dimensions:
        for inner in dimensions:
            if inner.key.startswith(f"{outer.key}."):
                raise ValueError(
                    f"{inner.place}: {inner.key} is a part of {outer.key}, which is tried as well; "
                    "leave one of them out"
                )
