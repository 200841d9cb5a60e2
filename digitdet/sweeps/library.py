"""What is taken from Optuna, which is imported only where a sweep needs it."""

import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from digitdet.sweeps.dimension import Dimension

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

SAMPLERS = ("tpe", "random", "grid")
PRUNERS = ("median", "hyperband", "none")
# Trials that are finished before any is pruned.
UNPRUNED_TRIALS = 5
MOST_POINTS = 100_000  # of a grid, all of which are listed


def load_optuna() -> ModuleType:
    """Import Optuna, which then only warns.

    Raises:
        ImportError: If it is not installed; the text names the remedy.
    """
    try:
        import optuna
        import sklearn  # noqa: F401  of the importances
    except ImportError as error:
        raise ImportError(
            f"a sweep needs Optuna and scikit-learn: pip install -e '.[sweep]' ({error})"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def distribution_of(dimension: Dimension) -> "BaseDistribution":
    """Return a dimension as Optuna has it."""
    kinds = load_optuna().distributions
    found: BaseDistribution
    if dimension.kind == "choice":
        found = kinds.CategoricalDistribution(dimension.labels)
    elif dimension.kind == "int":
        step = 1 if dimension.step is None else dimension.step
        found = kinds.IntDistribution(dimension.low, dimension.high, dimension.log, step)
    else:
        found = kinds.FloatDistribution(
            dimension.low, dimension.high, dimension.log, dimension.step
        )
    return found


def make_sampler(name: str, seed: int, number: int) -> "BaseSampler":
    """Make what chooses the values of one trial.

    Each trial has draws of its own, so that a sweep that goes on chooses what it would have chosen
    had it never been stopped.

    Args:
        name: One of `SAMPLERS`; the points of a grid are chosen elsewhere.
        seed: Of the sweep.
        number: Of the trial, from 0.
    """
    samplers = load_optuna().samplers
    drawn = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    if name != "tpe":
        return samplers.RandomSampler(seed=drawn)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # older versions call `constant_liar` experimental
        return samplers.TPESampler(seed=drawn, constant_liar=True)


def make_pruner(name: str, num_epochs: int) -> "BasePruner":
    """Make what ends trials that do worse than others did at the same epoch.

    Args:
        name: One of `PRUNERS`.
        num_epochs: Of a whole training.
    """
    pruners = load_optuna().pruners
    if name == "median":
        return pruners.MedianPruner(UNPRUNED_TRIALS, n_warmup_steps=num_epochs // 4)
    if name == "hyperband":
        return pruners.HyperbandPruner(min_resource=1, max_resource=num_epochs)
    return pruners.NopPruner()


def grid_of(dimensions: Sequence[Dimension], seed: int) -> list[dict[str, Any]]:
    """Return all points of a space as a study keeps them, in an order that is drawn once.

    Raises:
        ValueError: If a range has no step, or there are too many points.
    """
    columns = []
    for dimension in dimensions:
        values = dimension.values()
        if values is None:
            raise ValueError(
                f"{dimension.place}: {dimension.key}: a grid takes a list, or a range with a step"
            )
        columns.append([dimension.label(value) for value in values])
    size = int(np.prod([len(column) for column in columns], dtype=float))
    if size > MOST_POINTS:
        raise ValueError(f"--sampler grid: the space has {size} points; try it with tpe or random")
    order = np.random.default_rng(seed).permutation(size)
    shape = [len(column) for column in columns]
    keys = [dimension.key for dimension in dimensions]
    return [
        dict(zip(keys, (c[i] for c, i in zip(columns, point, strict=True)), strict=True))
        for point in zip(*np.unravel_index(order, shape), strict=True)
    ]
