"""Names of figures that decide something, against the figures that the evaluators give."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.evaluator import Evaluator

from digitdet.config_checks.libraries import class_name, stated_or_default
from digitdet.config_checks.parts import Part, is_within
from digitdet.config_checks.problems import Problem, suggest
from digitdet.figure_names import ERROR_FIGURES

# Class -> argument that names figures.
DECIDING = {
    "CheckpointHook": "save_best",
    "EvaluationHook": "metric",
    "EarlyStoppingHook": "monitor",
    "ReduceOnPlateauLR": "monitor",
    "ReduceOnPlateauMomentum": "monitor",
    "ReduceOnPlateauParamScheduler": "monitor",
}


def check_metric_names(config: Config, parts: Sequence[Part]) -> list[Problem]:
    """Find names of figures that no evaluator gives, and rules that take the worst for the best.

    Nothing is judged without a validation, or where a metric does not say what it gives by a
    ``figure_names()`` of its own.

    Args:
        config: The merged config.
        parts: What is built of it.
    """
    figures = given_figures(config, parts)
    problems = list(_given_twice(parts))
    if figures is None:
        return problems
    for part in parts:
        argument = DECIDING.get(class_name(part))
        if argument:
            for key, name in _named(part, argument):
                problems += _unknown(key, name, figures) or _wrong_way(part, key, name)
        problems += _empty_columns(part, figures)
    return problems


def has_validation(config: Mapping[str, Any]) -> bool:
    """Whether a config validates while it trains."""
    needed = ("val_dataloader", "val_evaluator")
    return config.get("val_cfg") is not None and all(config.get(key) for key in needed)


def given_figures(config: Mapping[str, Any], parts: Sequence[Part]) -> list[str] | None:
    """Return the figures that the validation gives; None where that can't be known."""
    if not has_validation(config):
        return None
    inside = [part for part in parts if is_within(part.key, "val_evaluator")]
    if any(part.registry.name == "evaluator" and part.kind is not Evaluator for part in inside):
        return None
    names = []
    for part in inside:
        if part.registry.name == "metric":
            own = _figures_of(part)
            if own is None:
                return None
            names += own
    return names


def _given_twice(parts: Sequence[Part]) -> Iterator[Problem]:
    """Find metrics of one evaluator that give the same figure, which mmengine refuses."""
    givers: dict[tuple[str, str], str] = {}
    for part in parts:
        names = _figures_of(part) or [] if part.registry.name == "metric" else []
        evaluator = part.key.split(".")[0]
        twice = [name for name in names if (evaluator, name) in givers]
        if twice:
            other = givers[evaluator, twice[0]]
            yield Problem(part.key, f"gives {twice[0]!r} as {other} does; take one of them out")
        givers.update({(evaluator, name): part.key for name in names})


def _figures_of(part: Part) -> list[str] | None:
    """Return the names that a metric gives, with its prefix; None if it does not say.

    A class that computes other figures than its parent, and does not say which, says nothing.
    """
    bases = getattr(part.kind, "__mro__", ())
    said = [number for number, base in enumerate(bases) if "figure_names" in vars(base)]
    computed = [
        number
        for number, base in enumerate(bases)
        if {"compute_metrics", "evaluate"} & vars(base).keys()
    ]
    if not said or said[0] > computed[0]:
        return None
    kind: Any = part.kind
    prefix = part.config.get("prefix") or kind.default_prefix
    return [f"{prefix}/{name}" if prefix else name for name in kind.figure_names()]


def _named(part: Part, argument: str) -> list[tuple[str, str]]:
    """Return the figures that an argument names, each with its key."""
    key, value = f"{part.key}.{argument}", stated_or_default(part, argument)
    if isinstance(value, str):
        return [(key, value)]
    items = value if isinstance(value, list | tuple) else ()
    return [(f"{key}.{i}", item) for i, item in enumerate(items) if isinstance(item, str)]


def _unknown(key: str, name: str, figures: Sequence[str]) -> list[Problem]:
    if name in figures:
        return []
    if not figures:
        return [Problem(key, "the val_evaluator gives no figure; add a DigitMetric to it")]
    # Elsewhere it may be called "coco/bbox_mAP_50".
    hint = suggest(name, figures) or suggest(name.rpartition("/")[2].lower(), figures)
    hint = hint or f"; take one such as {figures[0]!r}"
    return [Problem(key, f"the val_evaluator gives no figure {name!r}{hint}")]


def _best_rule(name: str) -> str | None:
    """Return which value of a figure of digitdet's is the best; None for another's figure."""
    from digitdet.evaluation import DigitMetric, NumberMetric

    figure = name.rpartition("/")[2]
    if figure in ERROR_FIGURES:
        return "less"
    known = (*DigitMetric.figure_names(), *NumberMetric.figure_names())
    return "greater" if figure in known else None


def _wrong_way(part: Part, key: str, name: str) -> list[Problem]:
    """Find a rule by which the worst value counts as the best."""
    if class_name(part) == "EvaluationHook":  # which knows errors
        return []
    wanted = _best_rule(name)
    best = f"of {name!r} the {'lowest' if wanted == 'less' else 'highest'} is the best"
    place, rule = f"{part.key}.rule", stated_or_default(part, "rule")
    position = key.rpartition(".")[2]
    if isinstance(rule, list | tuple) and position.isdecimal() and int(position) < len(rule):
        place, rule = f"{place}.{position}", rule[int(position)]
    if wanted is None or rule not in ("less", "greater") or rule == wanted:
        return []
    return [Problem(place, f"{best}, so write {wanted!r}, not {rule!r}")]


def _empty_columns(part: Part, figures: Sequence[str]) -> list[Problem]:
    """Find columns of the table of epochs that would stay empty."""
    if class_name(part) != "EvaluationHook" or "columns" not in part.config:
        return []
    return [
        Problem(key, f"no evaluator gives {name!r}, so the column stays empty{hint}", True)
        for key, name in _named(part, "columns")
        if name not in figures
        for hint in (suggest(name, figures) or "; leave it out",)
    ]
