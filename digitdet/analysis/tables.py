"""Tables of what an analysis found, for the console."""

from collections.abc import Sequence

from rich.table import Table

from digitdet.analysis.breaking import READING, SEVERAL, UNSURE
from digitdet.analysis.curves import ALL_DIGITS
from digitdet.analysis.findings import Findings
from digitdet.analysis.strata import LEVEL, UNITS, Stratum
from digitdet.evaluation.figure_tables import figures_table

MOST_PAIRS = 10
_HEADLINE = ("map", "map_50", "number_accuracy")
_CAPTION = """map, map_50, accuracy (of numbers): after mending that kind alone
breaks: wrong numbers that this makes right
several kinds: that only mending all kinds does
too unsure: whose digits are all found, but too unsure or loosely placed to be read
reading: that are not even read from the true boxes"""
CAUSE_WORDS = {
    SEVERAL: "several kinds",
    UNSURE: "too unsure",
    READING: "reading",
}


def headline_table(findings: Findings) -> Table:
    """Show what matters most of the figures that an evaluation gives."""
    figures = {name: findings.figures[name] for name in _HEADLINE}
    notes = {name: note for name, note in findings.notes.items() if name in _HEADLINE}
    return figures_table("figures", figures, notes)


def errors_table(findings: Findings) -> Table:
    """Show each kind of error: how many there are, what mending them gives, what they break."""
    table = Table(title="errors", title_justify="left", caption_justify="left")
    table.caption = (
        f"seen: score >= {findings.min_score:.4f}\n"
        f"read: score >= {findings.reading_level:g}, what the reader looks at\n{_CAPTION}"
    )
    table.add_column("kind", no_wrap=True)
    for column in ("seen", "read", "all", "map", "map_50", "accuracy", "breaks"):
        table.add_column(column, justify="right", no_wrap=True)
    now = [_figure(findings.figures[name]) for name in _HEADLINE]
    table.add_row("(as it is)", "", "", "", *now, str(findings.num_broken))
    table.add_section()
    seen, causes = findings.counts, findings.causes
    for mending in findings.mendings:
        values = (mending.map, mending.map_50, mending.number_accuracy)
        table.add_row(
            _words(mending.kind),
            str(seen[mending.kind]),
            str(mending.count_above),
            str(mending.count),
            *map(_figure, values),
            str(causes[mending.kind]),
        )
    table.add_section()
    for cause, words in CAUSE_WORDS.items():
        table.add_row(words, *[""] * 6, str(causes[cause]))
    return table


def pairs_table(findings: Findings) -> Table:
    """Show the digits that are most often taken for others."""
    title = f"digits taken for others, score >= {findings.min_score:.4f}"
    table = Table(title=title, title_justify="left")
    for column in ("true", "found", "times", "breaks numbers"):
        table.add_column(column, justify="right")
    for pair in findings.pairs[:MOST_PAIRS]:
        table.add_row(pair.true, pair.found, str(len(pair.cases)), str(pair.num_breaking))
    return table


def thresholds_table(findings: Findings) -> Table:
    """Show the score threshold of the best F1, of all digits together and of each."""
    table = Table(title="best score thresholds, at an IoU of 0.5", title_justify="left")
    for column in ("digit", "truth", "AP50", "threshold", "F1", "precision", "recall"):
        table.add_column(column, justify="right")
    curves = findings.curves
    for name, best in curves.best.items():
        values = (curves.average_precision(name), best.threshold, best.f1)
        row = [_figure(value) for value in (*values, best.precision, best.recall)]
        table.add_row(name, str(curves.num_true[name]), *row)
        if name == ALL_DIGITS:
            table.add_section()
    return table


def strata_table(findings: Findings) -> Table:
    """Show the shares that are right by height, length and contrast."""
    title = f"digits found (score >= {findings.min_score:.4f}) and numbers read right"
    table = Table(title=title, title_justify="left")
    table.add_column("of")
    for column in ("from", "count", "share", f"{100 * LEVEL:.0f} % interval"):
        table.add_column(column, justify="right")
    _add_strata(table, f"digits by height{UNITS['height']}", findings.digits)
    for what, strata in findings.numbers.items():
        _add_strata(table, f"numbers by {what}{UNITS[what]}", strata)
    return table


def _add_strata(table: Table, name: str, strata: Sequence[Stratum]) -> None:
    for position, stratum in enumerate(strata):
        low, high = stratum.interval
        interval = f"{low:.4f} to {high:.4f}" if stratum.count else "-"
        first = name if position == 0 else ""
        table.add_row(first, stratum.label, str(stratum.count), _figure(stratum.share), interval)
    table.add_section()


def _figure(value: float) -> str:
    return "-" if value == -1 else f"{value:.4f}"


def _words(name: str) -> str:
    return name.replace("_", " ")
