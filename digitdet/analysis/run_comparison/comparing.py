"""Compares runs: reads them, lays them over each other, writes it all."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table as ConsoleTable

from digitdet.analysis.plots.lines import draw_chart
from digitdet.analysis.run_comparison.curves import make_curves
from digitdet.analysis.run_comparison.figures import report_figures
from digitdet.analysis.run_comparison.groups import Group, collect_groups
from digitdet.analysis.run_comparison.summary import summarize
from digitdet.analysis.run_comparison.tables import (
    Table,
    costs_table,
    differences_table,
    figure_table,
    progress_table,
    results_table,
)
from digitdet.analysis.run_comparison.writing import Comparison, write_comparison
from digitdet.analysis.runs.run import USUAL_METRIC, VALIDATION
from digitdet.console import console
from digitdet.whole_files import check_writable

USUAL_FIGURES = (USUAL_METRIC, "number_accuracy")


def compare_runs(
    folders: Sequence[Path],
    out: Path,
    *,
    metrics: Sequence[str] = (),
    names: Sequence[str] | None = None,
    is_grouped: bool = True,
    has_figures: bool = False,
) -> Comparison:
    """Compare runs, finished or not; print tables and write files.

    Args:
        folders: Work folders of runs, or of ``--seeds``, in the order of legends and tables.
        out: Folder to write to; is made.
        metrics: Figures of the validation to compare; without any, each run's own, ``map`` and
            ``number_accuracy``, as far as there are values.
        names: What the runs are called, one for each folder.
        is_grouped: Whether runs that differ in nothing but the seed are one line with a band.
        has_figures: Whether to write the `report_figures`, too.

    Raises:
        FileNotFoundError: If a folder is missing or holds no run.
        ValueError: If a file in it can't be read, or the metrics or names can't be used, or
            the figures can't be drawn yet.
    """
    check_writable(out)
    groups = collect_groups(folders, names, is_grouped=is_grouped)
    comparison = compare_groups(groups, metrics)
    figures = report_figures(comparison.charts) if has_figures else []
    page, *others = write_comparison(comparison, out)
    for chart in figures:
        draw_chart(chart, out / chart.name)
    _report(comparison)
    console.print(f"page: {page}\n      {', '.join(file.name for file in others)} beside it")
    return comparison


def compare_seeds(folders: Sequence[Path], out: Path) -> Path | None:
    """Compare the runs of ``--seeds``, each a line, and write the files of `compare_runs`.

    Args:
        folders: Their work folders; one that is not there is left out.
        out: Folder to write to; is made.

    Returns:
        The page; None if there are less than two runs.

    Raises:
        OSError: If the files can't be written.
        ValueError: If a file of a run can't be read.
    """
    there = [folder for folder in folders if folder.is_dir()]
    if len(there) < 2:
        return None
    groups = collect_groups(there, is_grouped=False)
    return write_comparison(compare_groups(groups), out)[0]


def compare_groups(groups: Sequence[Group], metrics: Sequence[str] = ()) -> Comparison:
    """Return what there is to say of runs.

    Args:
        groups: The runs.
        metrics: As `compare_runs` takes them.

    Raises:
        ValueError: If no run has one of the metrics.
    """
    chosen = choose_metrics(groups, metrics)
    curves = make_curves(groups, chosen)
    summaries = [summarize(group, chosen) for group in groups]
    differences, unknown = differences_table(groups)
    notes = list(curves.notes)
    if unknown:
        notes.append(f"No run.json tells the config of {', '.join(unknown)}.")
    return Comparison(
        charts=curves.charts,
        results=results_table(summaries, chosen),
        costs=costs_table(summaries),
        differences=differences,
        notes=notes,
        summaries=summaries,
        metrics=chosen,
    )


def choose_metrics(groups: Sequence[Group], metrics: Sequence[str]) -> list[str]:
    """Return the figures to compare, each once.

    Args:
        groups: The runs.
        metrics: Those that are wanted; the usual ones if none.

    Raises:
        ValueError: If no run has one that is wanted.
    """
    runs = [run for group in groups for run in group.runs]
    there = {
        name.removeprefix(VALIDATION): None
        for run in runs
        for name in run.series
        if name.startswith(VALIDATION)
    }
    if not metrics:
        usual = dict.fromkeys((*(run.metric for run in runs), *USUAL_FIGURES))
        return [name for name in usual if name in there]
    wanted = dict.fromkeys(name.removeprefix(VALIDATION) for name in metrics)
    for name in wanted:
        if name not in there:
            close = difflib.get_close_matches(name, there, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            known = ", ".join(there) or "none, as nothing was validated yet"
            raise ValueError(f"--metric {name}: no run has that figure{hint} (there are: {known})")
    return list(wanted)


def _report(comparison: Comparison) -> None:
    """Print the tables and the notes."""
    _print(progress_table(comparison.summaries))
    for metric in comparison.metrics:
        _print(figure_table(comparison.summaries, metric))
    if comparison.differences.rows:
        _print(comparison.differences)
    else:
        console.print(comparison.no_differences)
    _print(comparison.costs)
    for note in comparison.notes:
        console.print(f"note: {note}")


def _print(table: Table) -> None:
    shown = ConsoleTable()
    for position, name in enumerate(table.header):
        shown.add_column(name, justify="right" if position else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*row)
    console.print(shown)
