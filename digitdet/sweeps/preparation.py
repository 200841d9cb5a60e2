"""Reads and checks all that a sweep is made of, before its first trial."""

from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from digitdet import config as configs
from digitdet.config_checks.libraries import class_name, stated_or_default
from digitdet.config_checks.metric_names import given_figures, has_validation
from digitdet.config_checks.parts import Part, find_parts
from digitdet.config_checks.problems import suggest
from digitdet.overrides import value_of
from digitdet.sweeps.setting import Setting
from digitdet.sweeps.space import read_space
from digitdet.sweeps.space_checks import check_space
from digitdet.training import TRAINED

DEFAULT_METRIC = "map"
MAX_SEED = 2**32 - 1


def prepare(
    config_file: str | Path,
    space_file: Path,
    options: Sequence[str] = (),
    *,
    metric: str | None = None,
    sampler: str = "tpe",
    pruner: str = "median",
    seed: int = 0,
) -> Setting:
    """Read a config and a space, and refuse what can't be swept over.

    Args:
        config_file: The config.
        space_file: See `read_space`.
        options: Overrides, ``KEY=VALUE``.
        metric: Figure of the validation; None for that of the config's `EvaluationHook`.
        sampler: What chooses the values.
        pruner: What ends trials early.
        seed: Of the sampler.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one is not as it has to be, nothing is validated, or there is no such figure.
    """
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"--seed is a number from 0 to {MAX_SEED}, got {seed}")
    dimensions = read_space(space_file)
    config = configs.load(config_file, options)
    configs.require(config, config_file, ("model", *TRAINED))
    if not has_validation(config):
        raise ValueError(
            f"{config_file}: a sweep compares figures of the validation, but the config has none; "
            "give it val_dataloader, val_evaluator and val_cfg"
        )
    if "max_epochs" not in config.train_cfg:
        raise ValueError(f"{config_file}: a sweep takes a training by epochs: train_cfg.max_epochs")
    parts = find_parts(config)
    metric = _known_metric(metric or _metric_of(parts), config, parts)
    check_space(dimensions, config_file, options)
    own = {d.key: found[0] for d in dimensions if (found := value_of(config.to_dict(), d.key))}
    return Setting(dimensions, config.to_dict(), own, metric, sampler, pruner, seed)


def _metric_of(parts: Sequence[Part]) -> str:
    hooks = (part for part in parts if class_name(part) == "EvaluationHook")
    return next((str(stated_or_default(hook, "metric")) for hook in hooks), DEFAULT_METRIC)


def _known_metric(name: str, config: Config, parts: Sequence[Part]) -> str:
    figures = given_figures(config, parts)
    if figures is not None and name not in figures:
        hint = suggest(name, figures) or f"; it gives {', '.join(figures[:5])}"
        raise ValueError(f"--metric {name}: the validation gives no such figure{hint}")
    return name
