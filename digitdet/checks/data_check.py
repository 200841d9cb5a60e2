"""Checks a data folder, tells what was found, and writes a fixed copy."""

from pathlib import Path

from digitdet.checks.all_checks import check_splits
from digitdet.checks.edits import Change
from digitdet.checks.fixed_copy import CHANGES, write_copy
from digitdet.checks.fixes import fix_splits
from digitdet.checks.places import check_places
from digitdet.checks.report import Report
from digitdet.checks.report_tables import change_table, distribution_table, problem_table
from digitdet.checks.splits import read_splits
from digitdet.console import console
from digitdet.whole_files import write_json


def check_data(
    root: Path,
    json_file: Path,
    *,
    fix_dir: Path | None = None,
    with_pictures: bool = True,
) -> Report:
    """Check a data folder, print tables, and write the report.

    Args:
        root: The folder, in the homework's layout: ``NAME/`` with ``NAME.json`` or
            ``NAME.json.gz``, or either alone.
        json_file: File of the report.
        fix_dir: Folder of a fixed copy; none is made if None.
        with_pictures: Whether to decode the pictures, and to copy them.

    Returns:
        What was found.

    Raises:
        ValueError: If a place is not as it has to be.
    """
    check_places(root, json_file, fix_dir)
    splits, unread = read_splits(root, with_pictures=with_pictures)
    report = Report(root, splits, unread, list(check_splits(splits)))
    if splits:
        console.print(distribution_table(report))
    if report.problems:
        console.print(problem_table(report.problems))
    json_file.parent.mkdir(parents=True, exist_ok=True)
    write_json(json_file, report.to_json())
    console.print(f"{root}: {report.num_errors:,} errors, {report.num_warnings:,} warnings")
    console.print(f"report: {json_file}")
    if fix_dir:
        _fix(report, fix_dir)
    return report


def _fix(report: Report, out: Path) -> None:
    """Write a fixed copy, and tell what was changed and what remains."""
    splits, changes, found = fix_splits(report.splits)
    twice = [problem for problem in report.unread if problem.code == "file_twice"]
    changes = [*(Change(problem, "left the file out") for problem in twice), *changes]
    remaining = Report(
        out, splits, [problem for problem in report.unread if problem not in twice], found
    )
    write_copy(out, splits, changes, remaining.problems)
    if changes:
        console.print(change_table(changes))
    if remaining.problems:
        console.print(problem_table(remaining.problems, title="problems that remain"))
    counts = f"{remaining.num_errors:,} errors and {remaining.num_warnings:,} warnings remain"
    console.print(f"fixed copy: {out}; {counts}; all changes: {out / CHANGES}")
