"""Writes the report of a run: a page that holds all of it, and its pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from digitdet.analysis.charts.chart import Chart
from digitdet.analysis.charts.page import render_page
from digitdet.analysis.charts.sections import (
    ChartSection,
    FilesSection,
    Section,
    TextSection,
)
from digitdet.analysis.plots.lines import draw_chart
from digitdet.analysis.report.account import account
from digitdet.analysis.report.best_epoch import BestEpoch, read_best
from digitdet.analysis.report.configuration import config_section
from digitdet.analysis.report.curves import figure_charts, main_charts, step_charts
from digitdet.analysis.report.files import files_beside
from digitdet.analysis.report.headline import headline
from digitdet.analysis.runs import Run, read_run
from digitdet.whole_files import whole_file

REPORT = "report.html"


def write_report(work_dir: Path) -> Path:
    """Write ``report.html`` and its pictures to the work folder of a run, finished or not.

    What an earlier report wrote there is replaced. Equal files give an equal report.

    Args:
        work_dir: The folder.

    Returns:
        The page. It opens from disk, without a network.

    Raises:
        FileNotFoundError: If no run left anything there.
        ValueError: If a file in it is not what a training writes.
        OSError: If the report can't be written.
    """
    run = read_run(work_dir)
    best, faults = _read_best(work_dir)
    charts = main_charts(run)
    pictures = {chart.name: _draw(chart, work_dir) for chart in charts}
    if best:
        best.draw(work_dir)
    sections = [headline(run), *faults, _epochs(run, charts, pictures)]
    sections += best.sections if best else []
    sections += [*_parts(run), *account(run), *config_section(run)]
    sections.append(FilesSection("Files", files_beside(run)))
    page = work_dir / REPORT
    text = render_page(f"{run.name}: training report", _intro(run), sections)
    with whole_file(page) as part:
        # A path may hold bytes that are no text.
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    return page


def _read_best(work_dir: Path) -> tuple[BestEpoch | None, list[Section]]:
    """Read the best epoch; where that fails, the report says so and shows the rest."""
    try:
        return read_best(work_dir), []
    except (KeyError, OSError, TypeError, ValueError) as error:
        text = f"What is kept of the best epoch can't be shown: {error}"
        return None, [TextSection("Best epoch", text)]


def _draw(chart: Chart, work_dir: Path) -> bytes:
    stem = work_dir / chart.name
    draw_chart(chart, stem)
    return stem.with_name(f"{chart.name}.svg").read_bytes()


def _epochs(run: Run, charts: Sequence[Chart], pictures: Mapping[str, bytes]) -> Section:
    if not charts:
        return TextSection("Epochs", "No epoch is over yet.")
    return ChartSection("Epochs", charts, pictures, _note(run))


def _parts(run: Run) -> list[Section]:
    parts = {"Digits, lengths and heights": figure_charts(run), "Steps": step_charts(run)}
    return [ChartSection(heading, charts) for heading, charts in parts.items() if charts]


def _note(run: Run) -> str:
    if run.best is None:
        return "The run was not validated." if run.num_epochs_done else ""
    return "A circle marks the best epoch of each figure."


def _intro(run: Run) -> str:
    record = run.record
    if record is None:
        return f"{run.num_steps_done:,} steps; the run kept no record of its config and times."
    steps = f"{run.num_steps_done:,} steps"
    if record.num_steps:
        steps = f"{run.num_steps_done:,} of {record.num_steps:,} steps"
    pictures = []
    if record.num_train_pictures is not None:
        pictures.append(f"{record.num_train_pictures:,} training pictures")
    if record.num_val_pictures is not None:
        pictures.append(f"{record.num_val_pictures:,} validation pictures")
    processes = (record.sessions and record.sessions[-1].num_processes) or 1
    batches = f"batches of {f'{processes} x ' if processes > 1 else ''}{record.batch_size}"
    parts = [run.status, steps, *pictures, batches, f"seed {record.seed}"]
    return ", ".join(parts).capitalize() + "."
