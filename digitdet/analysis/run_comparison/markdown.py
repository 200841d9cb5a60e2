"""A comparison as Markdown, to paste into a report."""

import re
from collections.abc import Sequence

from digitdet.analysis.charts.chart import Chart
from digitdet.analysis.run_comparison.tables import Table

SPECIAL = re.compile(r"([\\`*_|<>\[\]])")


def table_lines(table: Table, *, is_code: bool = False) -> list[str]:
    """Write a table.

    Args:
        table: The table.
        is_code: Whether its cells are parts of a program; those of the header are not.
    """
    rows = [[_code(cell) if is_code else escaped(cell) for cell in row] for row in table.rows]
    rule = [":---", *["---:" if not is_code else ":---"] * (len(table.header) - 1)]
    header = [escaped(cell) for cell in table.header]
    return [f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)]


def picture_line(chart: Chart) -> str:
    """Write the picture of a chart, which lies beside the text."""
    names = ", ".join(line.name for line in chart.lines)
    return f"![{escaped(f'{chart.title}, over {chart.x_label}: {names}')}]({chart.name}.png)"


def note_lines(notes: Sequence[str]) -> list[str]:
    """Write notes as a list."""
    return [f"- {escaped(note)}" for note in notes]


def escaped(text: str) -> str:
    """Write text so that Markdown shows it as it is."""
    return SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _code(text: str) -> str:
    """Write code in a cell; a bar would end it, and a backtick the code."""
    return f"`{text.replace('|', '¦')}`" if "`" not in text else escaped(text)
