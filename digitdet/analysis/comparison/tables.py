"""Tables of a comparison, for the console."""

from rich.table import Table

from digitdet.analysis.comparison.models import ModelComparison, ReadBy
from digitdet.analysis.errors import ERROR_KINDS
from digitdet.analysis.tables import CAUSE_WORDS
from digitdet.evaluation.significance import LEVEL


def readings_table(comparison: ModelComparison) -> Table:
    """Show how many pictures both read, just one, or neither."""
    counts = comparison.counts
    title = f"pictures whose number is read, of {comparison.num_pictures:,}"
    table = _table(title, "", f"{comparison.b.name} reads it", f"{comparison.b.name} does not")
    for words, row in (
        ("reads it", (ReadBy.BOTH, ReadBy.ONLY_A)),
        ("does not", (ReadBy.ONLY_B, ReadBy.NEITHER)),
    ):
        table.add_row(f"{comparison.a.name} {words}", *(str(counts[one]) for one in row))
    return table


def figures_table(comparison: ModelComparison) -> Table:
    """Show the figures of both, and their differences with intervals."""
    names = (comparison.a.name, comparison.b.name)
    table = _table("figures", "", *names, "difference", f"{LEVEL:.0%} interval")
    figures = {"number_accuracy": comparison.accuracy, **comparison.precision}
    for name, found in figures.items():
        difference = found.difference
        values = (f"{found.first.value:.4f}", f"{found.second.value:.4f}")
        interval = f"{difference.low:+.4f} to {difference.high:+.4f}"
        table.add_row(name, *values, f"{difference.value:+.4f}", interval)
    return table


def errors_table(comparison: ModelComparison) -> Table:
    """Show each model's errors by kind, and what cost it the numbers that only the other reads."""
    models = (comparison.a, comparison.b)
    title = "errors, and those that cost a number which the other model reads"
    table = _table(
        title, "", *(one.name for one in models), *(f"cost {one.name}" for one in models)
    )
    scores = [*(one.min_score for one in models), *(one.read_score for one in models)]
    table.add_row("from the score", *(f"{score:.3f}" for score in scores))
    table.add_section()
    words = {str(kind): kind.replace("_", " ") for kind in ERROR_KINDS} | CAUSE_WORDS
    for cause, name in words.items():
        counts = [str(one.errors.get(cause, "")) for one in models]
        costs = [str(one.causes.get(cause, 0)) for one in models]
        table.add_row(name, *counts, *costs)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
