"""Says how a sweep goes, and writes what it leaves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from digitdet.config_views.sources import shortened
from digitdet.config_views.text import literal
from digitdet.console import console
from digitdet.overrides import parse_overrides
from digitdet.sweeps.best_config import BEST_CONFIG, write_experiment
from digitdet.sweeps.results import (
    FAILED,
    FINISHED,
    PRUNED,
    TRIALS_CSV,
    UNFINISHED,
    TrialResult,
    best_epoch,
    ranked,
    write_trials,
)
from digitdet.sweeps.setting import Setting
from digitdet.sweeps.study import SweepStudy

MOST_ROWS = 10
STATES = (FINISHED, PRUNED, FAILED, UNFINISHED)


def say_begin(number: int, values: Mapping[str, Any], *, goes_on: bool) -> None:
    """Say which values a trial has."""
    texts = (f"{key}={shown(value)}" for key, value in values.items())
    console.print(f"trial {number} {'goes on' if goes_on else 'begins'}: {', '.join(texts)}")


def say_value(number: int, history: Mapping[int, float], setting: Setting) -> None:
    """Say what the last validation of a trial gave."""
    last = max(history)
    line = f"trial {number}  epoch {last}  {setting.metric} {history[last]:.4f}"
    top = best_epoch(history, is_error=setting.is_error)
    if top is not None:
        line += f"  best {history[top]:.4f} (epoch {top})"
    console.print(line)


def say_end(result: TrialResult, metric: str) -> None:
    """Say how a trial ended."""
    said = f"trial {result.number} {result.state}"
    if result.error:
        console.print(f"{said}: {result.error}; see {result.folder}")
    elif result.value is not None:
        console.print(f"{said}: {metric} {result.value:.4f} (epoch {result.best_epoch})")


def shown(value: Any) -> str:
    """Write a value for the console, a number with four digits."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return shortened(value if isinstance(value, str) else literal(value), 40)


def write_results(
    study: SweepStudy, folder: Path, config_file: str | Path, options: Sequence[str]
) -> None:
    """Write the table of all trials, and the best one's config.

    Args:
        study: The study.
        folder: Of the sweep.
        config_file: The config that is swept over.
        options: Its overrides, ``KEY=VALUE``.
    """
    results, setting = study.results(), study.setting
    write_trials(folder / TRIALS_CSV, results, setting.metric)
    top = ranked(results, is_error=setting.is_error)
    if top:
        over = {**parse_overrides(options), **top[0].values}
        remarks = [
            f"Trial {top[0].number}, the best of {len(results)} by {setting.metric}: "
            f"{top[0].value:.4f} in epoch {top[0].best_epoch}; by tools/sweep.py.",
            "It was chosen by that value, which therefore flatters it: see docs/sweeps.md.",
        ]
        write_experiment(folder / BEST_CONFIG, Path(config_file), over, remarks)


def draw_results(study: SweepStudy, folder: Path) -> None:
    """Draw the course of the sweep, and what the metric depends on."""
    from digitdet.sweeps import plots

    results, setting = study.results(), study.setting
    metric, is_error = setting.metric, setting.is_error
    plots.draw_history(results, metric, folder / plots.HISTORY, is_error=is_error)
    plots.draw_importance(study.importances(), metric, folder / plots.IMPORTANCE)
    plots.draw_slices(results, setting.dimensions, metric, folder / plots.SLICES, is_error=is_error)


def show_results(study: SweepStudy, folder: Path) -> None:
    """Show the best trials, how many there are of each kind, and where the rest is."""
    results, setting = study.results(), study.setting
    top = ranked(results, is_error=setting.is_error)
    counts = ((state, sum(result.state == state for result in results)) for state in STATES)
    console.print(f"{len(results)} trials: {', '.join(f'{n} {s}' for s, n in counts if n)}")
    if not top:
        return
    names = _short_names([dimension.key for dimension in setting.dimensions])
    title = f"best trials by {setting.metric}"
    table = Table("trial", title=title, title_justify="left")
    for name in (setting.metric, "epoch", *names.values()):
        table.add_column(name, justify="right")
    for result in top[:MOST_ROWS]:
        cells = [shown(result.values[key]) for key in names]
        table.add_row(str(result.number), f"{result.value:.4f}", str(result.best_epoch), *cells)
    console.print(table)
    own = next((result for result in top if _is_own(result, setting)), None)
    if own is not None:
        console.print(f"trial {own.number} has the config's own values: {own.value:.4f}")
    console.print(f"best config: {folder / BEST_CONFIG}; all trials: {folder / TRIALS_CSV}")


def _is_own(result: TrialResult, setting: Setting) -> bool:
    return all(setting.own.get(key) == value for key, value in result.values.items())


def _short_names(keys: Sequence[str]) -> dict[str, str]:
    """Return the last parts of keys, as many as tell them apart."""
    names = {}
    for key in keys:
        parts = key.split(".")
        for depth in range(1, len(parts) + 1):
            names[key] = ".".join(parts[-depth:])
            if sum(f".{other}".endswith(f".{names[key]}") for other in keys) == 1:
                break
    return names
