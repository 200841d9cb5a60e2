"""Copies of a value that an override leaves as they were."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config

from digitdet.config_checks.libraries import class_name
from digitdet.config_checks.metric_names import DECIDING
from digitdet.config_checks.numbers import section
from digitdet.config_checks.parts import Part
from digitdet.config_checks.problems import Problem
from digitdet.overrides import value_of

# Arguments of a scheduler by epoch that follow the length of the run.
LENGTHS = ("T_max", "end", "milestones", "periods", "step_size")


def check_stale(
    config: Config,
    parts: Sequence[Part],
    overrides: Mapping[str, Any],
    before: Mapping[str, Any],
) -> list[Problem]:
    """Find values that an override ought to have changed as well; each is a warning.

    Args:
        config: The merged config, overrides included.
        parts: What is built of it.
        overrides: Dotted key -> value.
        before: Dotted key of an override -> the value that it replaced; without those that are new.
    """
    problems: list[Problem] = []
    overrides, before = dict(_flat("", overrides)), dict(_flat("", before))
    for key, new in overrides.items():
        old = before.get(key)
        if old == new:
            continue
        if key == "train_cfg.max_epochs":
            problems += _epochs(config, parts, old, new)
        elif key == "data_root":
            problems += _own(parts, "dataset", key, new)
        elif key.split(".")[0] == "reader":
            problems += _own(parts, "metric", "reader", config.get("reader"))
        elif key.endswith(".num_scenes"):
            problems += _subset(parts, key, old, new)
        problems += _figures(parts, overrides, key, old)
        problems += _other_evaluator(config, overrides, key, old)
    return problems


def _flat(above: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each value with its dotted key, those within dicts too."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{above}{key}.", value)
        else:
            yield f"{above}{key}", value


def _stale(key: str, value: Any, override: str, old: Any, new: Any) -> Problem:
    text = (
        f"it is still {value!r}, which fitted {override}={old!r}, but that is now {new!r}; "
        f"override {key} too if it is to follow"
    )
    return Problem(key, text, is_warning=True)


def _epochs(config: Config, parts: Sequence[Part], old: Any, new: Any) -> Iterator[Problem]:
    """Find lengths of schedules, and epochs of validation, that are those of the old run."""
    override = "train_cfg.max_epochs"
    for part in parts:
        if part.registry.name != "parameter scheduler" or not part.config.get("by_epoch", True):
            continue
        for argument in LENGTHS:
            value = part.config.get(argument)
            if value is None or isinstance(value, str):
                continue
            if _follows(argument, value, part.config.get("begin", 0), old, new):
                yield _stale(f"{part.key}.{argument}", value, override, old, new)
    loop = section(config, "train_cfg")
    for argument in ("val_interval", "val_begin"):
        if argument in loop and loop[argument] == old and old != 1:
            yield _stale(f"train_cfg.{argument}", loop[argument], override, old, new)


def _follows(argument: str, value: Any, begin: Any, old: Any, new: Any) -> bool:
    """Whether a length of a schedule is that of the old run, and does not fit the new one."""
    if not (type(old) is int and type(new) is int and type(begin) is int):
        return False
    if argument == "milestones":
        numbers = [number for number in value if type(number) is int]
        return bool(numbers) and old > max(numbers) and not new > max(numbers)
    if argument == "periods":
        numbers = [number for number in value if type(number) is int]
        return sum(numbers) == old - begin
    return bool(value == old or (argument == "T_max" and begin and value == old - begin))


def _own(parts: Sequence[Part], registry: str, argument: str, new: Any) -> Iterator[Problem]:
    """Find parts that state for themselves what the top level hands on to the others."""
    for part in parts:
        if part.registry.name == registry and argument in part.config:
            value = part.config[argument]
            if value != new:
                text = (
                    f"it states its own, {_short(value)}, so the top level's {argument}, "
                    f"{_short(new)}, does not reach it; override this key too, or take it out"
                )
                yield Problem(f"{part.key}.{argument}", text, is_warning=True)


def _short(value: Any) -> str:
    text = repr(dict(value)) if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _subset(parts: Sequence[Part], key: str, old: Any, new: Any) -> Iterator[Problem]:
    """Find a number of scenes to take that was all of them."""
    for part in parts:
        if f"{part.key}.num_scenes" == key and part.config.get("indices") == old is not None:
            yield _stale(f"{part.key}.indices", old, key, old, new)


def _figures(
    parts: Sequence[Part], overrides: Mapping[str, Any], key: str, old: Any
) -> Iterator[Problem]:
    """Find a figure that decided together with the one that is overridden."""
    deciding = [
        (f"{part.key}.{argument}", part.config.get(argument))
        for part in parts
        if (argument := DECIDING.get(class_name(part)))
    ]
    if key not in dict(deciding) or not isinstance(old, str):
        return
    for other, value in deciding:
        if other != key and value == old and other not in overrides:
            yield _stale(other, value, key, old, overrides[key])


def _other_evaluator(
    config: Config, overrides: Mapping[str, Any], key: str, old: Any
) -> Iterator[Problem]:
    """Find the same metric of the other evaluator, which measured alike until now."""
    top, _, rest = key.partition(".")
    other = {"val_evaluator": "test_evaluator", "test_evaluator": "val_evaluator"}.get(top)
    if other is None or not rest or f"{other}.{rest}" in overrides:
        return
    holder, _, argument = rest.rpartition(".")
    pair = [value_of(config._cfg_dict, f"{name}.{holder}") for name in (top, other)]
    found = [value for values in pair for value in values if isinstance(value, Mapping)]
    if len(found) < 2:
        return
    ours, theirs = found
    if ours.get("type") == theirs.get("type") and theirs.get(argument) == old:
        yield _stale(f"{other}.{rest}", old, key, old, overrides[key])
