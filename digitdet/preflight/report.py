"""Shows what was found before the first step."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from digitdet.preflight.findings import Finding

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}
SUMMED_UP = ("time", "memory")  # what the line at the start of a run says


def findings_table(findings: Sequence[Finding], seconds: float) -> Table:
    """Make a table of findings.

    Args:
        findings: One for each check.
        seconds: Time that they took.
    """
    title = f"preflight, {seconds:.1f} s; time and memory are estimates"
    table = Table("check", "", title=title, title_justify="left")
    table.add_column("what was found", overflow="fold")
    for finding in findings:
        status = Text(finding.status, STYLES[finding.status])
        table.add_row(finding.name, status, Text(finding.detail))
    return table


def summary(findings: Sequence[Finding], seconds: float) -> list[str]:
    """Return a line on all that is ok, and one for each warning.

    Args:
        findings: One for each check.
        seconds: Time that they took.
    """
    passed = sum(finding.status == "ok" for finding in findings)
    details = [f.detail for f in findings if f.name in SUMMED_UP and f.status == "ok"]
    first = f"preflight: {passed} of {len(findings)} checks passed in {seconds:.1f} s"
    return [
        "; ".join([first, *details]),
        *(
            f"preflight warning: {finding.name}: {line}"
            for finding in findings
            if finding.status == "warning"
            for line in finding.detail.splitlines()
        ),
    ]


def refuse(findings: Sequence[Finding]) -> None:
    """Raise an error that lists all errors, if there are any.

    Raises:
        ValueError: If so.
    """
    wrong = [finding for finding in findings if finding.status == "error"]
    lines = [f"{f.name}: {line}" for f in wrong for line in f.detail.splitlines()]
    if wrong:
        heading = f"preflight found {len(lines)} error{'s' if len(lines) > 1 else ''}:"
        causes = [finding.cause for finding in wrong if finding.cause is not None]
        message = "\n  ".join([heading, *lines])
        raise ValueError(message) from (causes[0] if causes else None)
