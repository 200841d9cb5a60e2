"""The checklist of a submission, for the console."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from digitdet.evaluation.submissions.faults import Fault
from digitdet.evaluation.submissions.kinds import KINDS
from digitdet.evaluation.submissions.review import Review

STYLES = {"ok": "green", "ERROR": "bold red", "warning": "yellow", "not checked": "dim"}
MARKS = {"error": "ERROR", "warning": "warning"}


def checklist(review: Review, title: str) -> Table:
    """Show each check with a mark, and what was found where it failed.

    Args:
        review: What was found.
        title: What was checked.
    """
    table = Table(title=title, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column("check, and what was found", overflow="fold")
    faults = {found.code: found for found in review.faults}
    for code, kind in KINDS.items():
        found = faults.get(code)
        mark = "ok" if kind.stage in review.stages else "not checked"
        name, lines = "", [kind.what]
        if found:
            mark, name = MARKS[kind.severity], f"\n{code}"
            lines += _details(found)
        table.add_row(Text(f"{mark}{name}", STYLES[mark]), Text("\n".join(lines)))
    return table


def _details(found: Fault) -> Iterator[str]:
    for example in found.examples:
        yield f"- {example}"
    if found.count > len(found.examples):
        yield f"- and {found.count - len(found.examples):,} more"
    yield f"To do: {found.kind.remedy}"


def summary(review: Review, num_pictures: int) -> str:
    """Say how much was checked, and how many kinds of faults were found."""
    entries = "-" if review.entries is None else f"{len(review.entries.content):,}"
    lines = "-" if review.lines is None else f"{len(review.lines.labels):,}"
    return (
        f"{num_pictures:,} pictures, {entries} detections, {lines} numbers: "
        f"{review.num_errors} errors, {review.num_warnings} warnings"
    )
