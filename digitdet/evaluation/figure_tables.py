"""Tables of metrics' figures for the console."""

from collections.abc import Mapping

from rich.table import Table

# A line is drawn above these: boxes by height, boxes by digit, numbers.
SECTIONS = ("map_height_0_12", "ap_0", "number_accuracy")


def figures_table(title: str, figures: Mapping[str, float], notes: Mapping[str, str]) -> Table:
    """Make a table of figures; one that could not be computed is ``-1``, with the reason beside it.

    Args:
        title: What was evaluated.
        figures: Name -> value; those that begin with ``digits_`` are counts.
        notes: Name of a figure -> why it is -1.
    """
    table = Table(title=title, title_justify="left")
    table.add_column("metric")
    table.add_column("value", justify="right")
    if notes:
        table.add_column("why it is -1")
    for name, value in figures.items():
        if name in SECTIONS:
            table.add_section()
        is_whole = name.startswith("digits_") or value == -1
        reason = [notes.get(name, "")] if notes else []
        table.add_row(name, f"{value:.0f}" if is_whole else f"{value:.4f}", *reason)
    return table
