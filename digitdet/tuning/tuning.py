"""Chooses a reader's settings."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitdet.evaluation.results import Result
from digitdet.evaluation.significance import Comparison, compare_shares
from digitdet.registry import READERS
from digitdet.tuning.building import build_readers
from digitdet.tuning.grid import list_settings
from digitdet.tuning.space import Setting, Space, default_setting, find_space
from digitdet.tuning.sweep import min_score, pack, sweep
from digitdet.tuning.validation import assign_folds, choose, cross_validate


@dataclass(frozen=True)
class Tuning:
    """What tuning a reader gave.

    Attributes:
        reader: Config of the reader with the winner's settings.
        default: Argument -> default, of those that were searched.
        winner: Argument -> winner's value.
        space: Argument -> candidates.
        num_settings: How many settings were tried.
        num_pictures: How many pictures they read.
        accuracy: Share of pictures that the winner reads, among those that it was chosen on.
        comparison: The default's accuracy, first, and that of settings which were chosen on other
            pictures than they were judged on, second.
        chosen: For each fold, the setting that was chosen without it.
        seconds: Time of the sweep.
    """

    reader: Mapping[str, Any]
    default: Setting
    winner: Setting
    space: Space
    num_settings: int
    num_pictures: int
    accuracy: float
    comparison: Comparison
    chosen: Sequence[Setting]
    seconds: float


def tune(
    reader: Mapping[str, Any],
    results: Sequence[Result],
    *,
    space: Sequence[str] = (),
    truth: str = "file",
    folds: int = 5,
    seed: int = 0,
    max_settings: int = 200,
    workers: int = 1,
) -> Tuning:
    """Find the settings with which a reader reads most numbers.

    Args:
        reader: Its config; the values in it are the default to beat.
        results: Prediction and target of each picture.
        space: See `find_space`.
        truth: Order of the true digits, see `true_numbers`.
        folds: Of the cross-validation.
        seed: Of the folds, of the settings drawn from a large space, and of the bootstrap.
        max_settings: See `list_settings`.
        workers: See `sweep`.

    Returns:
        What was found.

    Raises:
        KeyError: If the reader is not registered.
        ValueError: If there are fewer pictures than folds, or an option or a value for the reader
            is not as it has to be.
    """
    READERS.build(dict(reader))
    candidates = find_space(reader, space)
    default = default_setting(reader, candidates)
    assigned = assign_folds(len(results), folds, seed)
    listed = list_settings(candidates, default, max_settings, seed)
    settings, readers = build_readers(reader, listed)
    start = time.perf_counter()
    correct = sweep(readers, pack(results, truth, min_score(readers)), workers)
    seconds = time.perf_counter() - start
    best = choose(correct)
    chosen, held_out = cross_validate(correct, assigned)
    return Tuning(
        reader={**reader, **settings[best]},
        default=default,
        winner=settings[best],
        space=candidates,
        num_settings=len(settings),
        num_pictures=len(results),
        accuracy=float(correct[best].mean()),
        comparison=compare_shares(correct[0], held_out, seed),
        chosen=[settings[index] for index in chosen],
        seconds=seconds,
    )
