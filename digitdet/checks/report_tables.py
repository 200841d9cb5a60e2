"""What was found in a data folder, as tables for the console."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from digitdet.checks.edits import Change
from digitdet.checks.findings import Problem, group
from digitdet.checks.report import Report
from digitdet.inspection.distributions import Distributions
from digitdet.labels import DIGITS

EXAMPLES = 3  # of each kind of problem; the JSON has all
STYLES = {"error": "bold red", "warning": "yellow"}
MEASURES = {
    "width (px)": "widths",
    "height (px)": "heights",
    "box height (px)": "box_heights",
    "box aspect (w/h)": "box_aspects",
}


def distribution_table(report: Report) -> Table:
    """Show how the pictures and boxes of each split are distributed."""
    splits = report.distributions
    title = "distributions (5th / 50th / 95th percentile)"
    table = Table(title=title, title_justify="left")
    table.add_column(no_wrap=True)
    for name in splits:
        table.add_column(Text(name))
    table.add_row("pictures", *(f"{len(found.widths):,}" for found in splits.values()))
    table.add_row("boxes", *(f"{len(found.box_heights):,}" for found in splits.values()))
    summaries = [found.summary() for found in splits.values()]
    for label, name in MEASURES.items():
        table.add_row(label, *(_percentiles(summary[name]) for summary in summaries))
    table.add_row("boxes a picture", *(_counts(summary) for summary in summaries))
    for digit in DIGITS:
        table.add_row(f"digit {digit}", *(_share(found, digit) for found in splits.values()))
    return table


def _percentiles(figures: Mapping[str, Any]) -> str:
    marks = [figures[key] for key in ("p5", "p50", "p95") if key in figures]
    return " / ".join(f"{mark:.3g}" for mark in marks) or "-"


def _counts(summary: Mapping[str, Any]) -> str:
    counts = summary["digits_per_picture"]["counts"]
    return "\n".join(f"{boxes}: {pictures:,}" for boxes, pictures in counts.items()) or "-"


def _share(found: Distributions, digit: str) -> str:
    count, total = found.digit_counts[int(digit)], int(np.sum(found.digit_counts))
    return f"{count:,} ({count / total:.1%})" if total else "-"


def problem_table(problems: Sequence[Problem], title: str = "problems") -> Table:
    """Show how often each kind of problem was found, where first, and what to do."""
    table = Table("problem", title=title, title_justify="left", show_lines=True)
    table.add_column("count", justify="right")
    table.add_column("what is wrong, where, and what to do")
    for code, found in group(problems).items():
        kind = found[0].kind
        lines = [f"{kind.what}; {kind.remedy}", *_examples(found)]
        table.add_row(
            Text(f"{code}\n{kind.severity}", STYLES[kind.severity]),
            f"{len(found):,}",
            Text("\n").join(map(Text, lines)),
        )
    return table


def change_table(changes: Sequence[Change]) -> Table:
    """Show how often each kind of problem was fixed, and what was done first."""
    table = Table("fixed", title="changes", title_justify="left", show_lines=True)
    table.add_column("count", justify="right")
    table.add_column("what was done first")
    done: dict[str, list[Change]] = {}
    for change in changes:
        done.setdefault(change.problem.code, []).append(change)
    for code, found in done.items():
        table.add_row(Text(code), f"{len(found):,}", Text(f"{found[0].problem}: {found[0].change}"))
    return table


def _examples(found: Sequence[Problem]) -> Iterator[str]:
    for problem in found[:EXAMPLES]:
        yield f"- {problem}"
    if len(found) > EXAMPLES:
        yield f"- and {len(found) - EXAMPLES:,} more"
