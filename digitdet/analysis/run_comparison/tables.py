"""Summaries and differences of configs as tables of text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digitdet.analysis.run_comparison.configs import SEED, differing_keys, value_text
from digitdet.analysis.run_comparison.groups import Group
from digitdet.analysis.run_comparison.summary import Spread, Summary

NOTHING = "-"
MOST_EPOCHS = 5  # that are named one by one
MOST_VALUE = 60  # letters of a config's value


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        header: Names of the columns; the first one's cells name the rows.
        rows: Cells.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def results_table(summaries: Sequence[Summary], metrics: Sequence[str]) -> Table:
    """Make the table of what runs gave."""
    parts = [progress_table(summaries), *(figure_table(summaries, name) for name in metrics)]
    header = [*parts[0].header, *(name for part in parts[1:] for name in part.header[1:])]
    rows = [
        [*first, *(cell for row in others for cell in row[1:])]
        for first, *others in zip(*(part.rows for part in parts), strict=True)
    ]
    return Table(header, rows)


def progress_table(summaries: Sequence[Summary]) -> Table:
    """Make the table of how far runs are."""
    rows = [
        (one.label, _statuses(one.statuses), _epochs(one), spread_text(one.last_loss))
        for one in summaries
    ]
    return Table(("run", "status", "epochs", "last loss"), rows)


def figure_table(summaries: Sequence[Summary], metric: str) -> Table:
    """Make the table of one figure of the validation."""
    rows = []
    for one in summaries:
        figure = one.figures[metric]
        best, last = spread_text(figure.best), spread_text(figure.last)
        rows.append((one.label, best, _numbers(figure.best_epochs), last))
    return Table(("run", f"best {metric}", "at epoch", f"last {metric}"), rows)


def costs_table(summaries: Sequence[Summary]) -> Table:
    """Make the table of what runs cost, without columns of which nothing is known."""
    columns: dict[str, Callable[[Summary], str]] = {
        "run": lambda one: one.label,
        "time of a run": lambda one: time_text(one.seconds),
        "time per epoch": lambda one: time_text(one.epoch_seconds),
        "peak memory": lambda one: _megabytes(one.peak_memory_mb),
        "peak GPU memory": lambda one: _megabytes(one.peak_gpu_memory_mb),
        "parameters": lambda one: _count(one.num_parameters),
        "trained": lambda one: _count(one.num_trained_parameters),
    }
    cells = {name: [cell(one) for one in summaries] for name, cell in columns.items()}
    known = [name for name, column in cells.items() if set(column) != {NOTHING}]
    return Table(known, list(zip(*(cells[name] for name in known), strict=True)))


def differences_table(groups: Sequence[Group]) -> tuple[Table, list[str]]:
    """Make the table of the keys in which configs differ.

    The seed is left out where a group has several.

    Returns:
        The table, without rows where configs are equal; and names of groups whose config nothing
        tells, which it lacks.
    """
    known = [group for group in groups if group.config is not None]
    unknown = [group.label for group in groups if group.config is None]
    configs = [group.config or {} for group in known]
    keys = differing_keys(configs) if configs else []
    if any(len(group.runs) > 1 for group in groups):
        keys = [key for key in keys if key != SEED]
    rows = [[key, *(_short(value_text(config, key)) for config in configs)] for key in keys]
    return Table(["key", *(group.label for group in known)], rows), unknown


def spread_text(spread: Spread | None) -> str:
    """Write a value, or the mean of several with their standard deviation."""
    if spread is None:
        return NOTHING
    if spread.deviation is None:
        return f"{spread.mean:.4f}"
    return f"{spread.mean:.4f} ± {spread.deviation:.4f}"


def time_text(seconds: float | None) -> str:
    """Write a time to three or so digits: ``4.2 s``, ``3 min 5 s``, ``2 h 7 min``."""
    if seconds is None:
        return NOTHING
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"


def _statuses(statuses: Sequence[str]) -> str:
    counts = {status: statuses.count(status) for status in statuses}
    if len(counts) == 1:
        return statuses[0]
    return ", ".join(f"{count} {status}" for status, count in counts.items())


def _epochs(one: Summary) -> str:
    done = _numbers(one.epochs_done if len(set(one.epochs_done)) > 1 else one.epochs_done[:1])
    return f"{done} of {one.num_epochs}" if one.num_epochs else done


def _numbers(numbers: Sequence[int]) -> str:
    if not numbers:
        return NOTHING
    if len(numbers) > MOST_EPOCHS:
        return f"{min(numbers)} to {max(numbers)}"
    return ", ".join(map(str, numbers))


def _megabytes(megabytes: float | None) -> str:
    return NOTHING if megabytes is None else f"{megabytes:,.0f} MB"


def _count(count: int | None) -> str:
    return NOTHING if count is None else f"{count:,}"


def _short(text: str) -> str:
    return text if len(text) <= MOST_VALUE else f"{text[: MOST_VALUE - 1]}…"
