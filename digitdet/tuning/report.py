"""What tuning a reader gave, for the console and the config fragment."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from digitdet.evaluation.significance import LEVEL, Estimate
from digitdet.tuning.tuning import Tuning

LISTED = 6  # candidates; of more, numbers are shown by their range


def verdict(tuning: Tuning) -> str:
    """Say whether the winner can be told from the default."""
    difference = tuning.comparison.difference
    if tuning.winner == tuning.default:
        return "No setting reads more of these pictures than the default, which is the winner."
    if difference.low > 0:
        return "Tuning reads more numbers than the default: the interval lies above 0."
    if difference.high < 0:
        return (
            "Tuning reads fewer numbers than the default: what is chosen on some pictures does "
            "worse on others. Keep the default, or tune on more pictures."
        )
    return "The winner can't be told from the default: the interval of the difference contains 0."


def remarks(tuning: Tuning) -> list[str]:
    """Say the figures in lines of text."""
    rows = _rows(tuning)
    width = max(map(len, rows))
    return [
        f"number accuracy of {tuning.num_pictures:,} pictures, {tuning.num_settings:,} settings, "
        f"{LEVEL:.0%} bootstrap intervals:",
        *(f"  {name:{width}}  {'  '.join(_figures(row))}" for name, row in rows.items()),
        verdict(tuning),
    ]


def accuracy_table(tuning: Tuning) -> Table:
    """Show accuracy and difference with their intervals."""
    title = f"number accuracy of {tuning.num_pictures:,} pictures"
    table = Table(title=title, title_justify="left")
    table.add_column("settings")
    table.add_column("accuracy", justify="right")
    table.add_column(f"{LEVEL:.0%} interval", justify="right")
    for name, estimate in _rows(tuning).items():
        table.add_row(name, *_figures(estimate))
    return table


def settings_table(tuning: Tuning) -> Table:
    """Show each argument's default, winner, in how many folds it won, too, and candidates."""
    table = Table(title="settings", title_justify="left")
    table.add_column("argument", no_wrap=True)
    for column in ("default", "winner", "in folds"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("candidates")
    for name, values in tuning.space.items():
        winner = tuning.winner[name]
        agree = sum(setting[name] == winner for setting in tuning.chosen)
        table.add_row(
            Text(name),
            Text(str(tuning.default[name])),
            Text(str(winner), "bold" if winner != tuning.default[name] else ""),
            f"{agree} of {len(tuning.chosen)}",
            Text(_candidates(values)),
        )
    return table


def _rows(tuning: Tuning) -> dict[str, Estimate]:
    comparison = tuning.comparison
    return {
        "default": comparison.first,
        f"tuned, cross-validated ({len(tuning.chosen)} folds)": comparison.second,
        "difference": comparison.difference,
    }


def _figures(estimate: Estimate) -> tuple[str, str]:
    return f"{estimate.value:.4f}", f"{estimate.low:.4f} to {estimate.high:.4f}"


def _candidates(values: Sequence[Any]) -> str:
    if len(values) > LISTED and all(isinstance(value, int | float) for value in values):
        return f"{len(values)} from {values[0]} to {values[-1]}"
    return ", ".join(map(str, values))
