"""All checks of a config in a row."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from digitdet.config_checks.arguments import check_arguments, check_types
from digitdet.config_checks.calls import calls_of_parts
from digitdet.config_checks.classes import check_classes
from digitdet.config_checks.geometry import check_geometry
from digitdet.config_checks.hooks import check_hooks
from digitdet.config_checks.keys import check_keys
from digitdet.config_checks.loaders import check_loaders
from digitdet.config_checks.metric_names import check_metric_names
from digitdet.config_checks.normalization import check_normalization
from digitdet.config_checks.parameter_groups import check_parameter_groups
from digitdet.config_checks.parts import Part, find_parts
from digitdet.config_checks.precision import check_precision
from digitdet.config_checks.problems import Problem
from digitdet.config_checks.ranges import check_ranges
from digitdet.config_checks.rates import check_rates
from digitdet.config_checks.schedules import check_schedules
from digitdet.config_checks.settings import calls_of_settings
from digitdet.config_checks.splits import check_splits
from digitdet.config_checks.stale import check_stale
from digitdet.config_checks.trials import check_trials
from digitdet.config_checks.values import check_values

# What fits together, each given the config and its parts.
CHECKS = (
    check_ranges,
    check_metric_names,
    check_schedules,
    check_rates,
    check_loaders,
    check_classes,
    check_geometry,
    check_parameter_groups,
    check_splits,
    check_hooks,
    check_normalization,
    check_precision,
)
# Top-level values that are handed on to parts; what is wrong with one is told once, there.
SHARED = ("data_root", "reader")


def find_problems(
    config: Config, overrides: Mapping[str, Any], before: Mapping[str, Any]
) -> list[Problem]:
    """Find all that is wrong with a config, and what looks wrong.

    Args:
        config: The merged config, or one that states some keys alone.
        overrides: Dotted key -> value, as given on the command line.
        before: Dotted key of an override -> the value that it replaced; without those that are new.

    Returns:
        The problems, by key.
    """
    parts = [part for part in find_parts(config) if not _is_copy(part, config)]
    problems = [*find_misnamed(config, parts), *check_stale(config, parts, overrides, before)]
    for check in CHECKS:
        problems += _untold(check(config, parts), problems)
    at_fault = [problem.key for problem in problems if not problem.is_warning]
    problems += check_trials(config, parts, at_fault)
    return sorted(set(problems), key=lambda problem: problem.key)


def _untold(found: Sequence[Problem], told: Sequence[Problem]) -> list[Problem]:
    """Return what is not told of the same value already; an error is, beside a warning."""
    refused = {problem.key for problem in told if not problem.is_warning}
    warned = {problem.key for problem in told if problem.is_warning}
    return [p for p in found if p.key not in refused and not (p.is_warning and p.key in warned)]


def find_misnamed(config: Mapping[str, Any], parts: Sequence[Part]) -> list[Problem]:
    """Find names that nothing knows, what is missing, and values of the wrong type."""
    shared = {name: config[name] for name in SHARED if name in config}
    calls = [*calls_of_parts(parts), *calls_of_settings(config, parts)]
    return [
        *check_keys(config, parts),
        *check_types(parts),
        *check_arguments(calls),
        *check_values(calls, parts, shared),
    ]


def _is_copy(part: Part, config: Mapping[str, Any]) -> bool:
    """Say whether a part is what was handed on to it."""
    name = part.key.rpartition(".")[2]
    return name in SHARED and part.key != name and part.value == config.get(name)
