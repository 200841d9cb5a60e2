"""How much figures differ between runs that differ in their seed alone."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

UNDEFINED = -1.0  # what an evaluator gives where a figure could not be computed


@dataclass(frozen=True)
class Spread:
    """Where the values of a figure lie.

    Attributes:
        mean: Their mean.
        deviation: Their standard deviation, divided by the number of values minus 1; None for one
            value, of which none is defined.
        minimum: The lowest.
        maximum: The highest.
    """

    mean: float
    deviation: float | None
    minimum: float
    maximum: float


def spread_of(values: Sequence[float]) -> Spread:
    """Return where values lie.

    Raises:
        ValueError: If there is none.
    """
    if not values:
        raise ValueError("a spread needs at least one value, got none")
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return Spread(statistics.fmean(values), deviation, min(values), max(values))


def spreads(runs: Sequence[Mapping[str, float]]) -> dict[str, Spread | None]:
    """Return the spread of each figure.

    Args:
        runs: For each run figure -> value.

    Returns:
        Figure -> spread, of those that each run has; None where it is -1 in one of them: it could
        not be computed there, and the others' mean would be no mean of the runs.
    """
    if not runs:
        return {}
    values = {name: [run[name] for run in runs] for name in runs[0] if all(name in r for r in runs)}
    return {
        name: None if UNDEFINED in figures else spread_of(figures)
        for name, figures in values.items()
    }


def spread_table(
    title: str, rows: Sequence[tuple[int, int, Mapping[str, float]]], columns: Sequence[str]
) -> Table:
    """Make a table of the runs and, below, the spread of their figures.

    Args:
        title: Title of the table.
        rows: Seed, epoch and figures of each run.
        columns: Names of the figures to show.
    """
    table = Table(title=title, title_justify="left")
    for name in ("seed", "epoch", *columns):
        table.add_column(name, justify="right")
    for seed, epoch, figures in rows:
        table.add_row(str(seed), str(epoch), *(_cell(figures.get(name)) for name in columns))
    table.add_section()
    found = spreads([figures for _, _, figures in rows])
    shown = [found.get(name) for name in columns]
    for label in ("mean", "deviation", "minimum", "maximum"):
        cells = [_cell(getattr(spread, label) if spread else None) for spread in shown]
        table.add_row(label, "", *cells)
    return table


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
