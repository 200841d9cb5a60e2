"""Writes a comparison as pictures, Markdown, JSON and a page."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digitdet.analysis.charts.chart import Chart
from digitdet.analysis.charts.page import render_page
from digitdet.analysis.charts.sections import (
    ChartSection,
    FilesSection,
    Section,
    TableSection,
    TextSection,
)
from digitdet.analysis.plots.lines import draw_chart
from digitdet.analysis.run_comparison.curves import TRAIN_LOSS, smoothed
from digitdet.analysis.run_comparison.markdown import note_lines, picture_line, table_lines
from digitdet.analysis.run_comparison.summary import Summary
from digitdet.analysis.run_comparison.tables import Table
from digitdet.whole_files import whole_file, write_json

PAGE, TEXT, DATA = "comparison.html", "comparison.md", "comparison.json"
TITLE = "Comparison of runs"
INTRO = (
    "Best is the best of a run's validations, last its last one so far. Of several seeds stand the "
    "mean ± the standard deviation (of n - 1); epochs are those of each seed.\n"
)


@dataclass(frozen=True)
class Comparison:
    """What there is to say of runs.

    Attributes:
        charts: In order.
        results: What they gave.
        costs: What they cost.
        differences: In what their configs differ; without rows where in nothing.
        notes: What is missing, each a sentence.
        summaries: The figures of the tables.
        metrics: The figures that are compared.
    """

    charts: Sequence[Chart]
    results: Table
    costs: Table
    differences: Table
    notes: Sequence[str]
    summaries: Sequence[Summary]
    metrics: Sequence[str]

    @property
    def no_differences(self) -> str:
        """What to say where there is no difference of configs to show."""
        num_known = len(self.differences.header) - 1
        if num_known < 2:
            return "There are no two configs to compare."
        which = (
            "Their configs" if num_known == len(self.summaries) else "The configs that are known"
        )
        has_seeds = any(len(one.folders) > 1 for one in self.summaries)
        return f"{which} are equal in every value{' but the seed' if has_seeds else ''}."


def write_comparison(comparison: Comparison, out: Path) -> list[Path]:
    """Write all files of a comparison.

    Args:
        comparison: What to write.
        out: Folder to write to; is made. Files of those names are replaced.

    Returns:
        The page, the text and the data.
    """
    out.mkdir(parents=True, exist_ok=True)
    for chart in comparison.charts:
        draw_chart(smoothed(chart) if chart.name == TRAIN_LOSS else chart, out / chart.name)
    write_json(out / DATA, to_content(comparison))
    for name, text in ((TEXT, to_markdown(comparison)), (PAGE, to_page(comparison, out))):
        with whole_file(out / name) as part:
            # A path may hold bytes that are no text.
            part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    return [out / name for name in (PAGE, TEXT, DATA)]


def to_content(comparison: Comparison) -> dict[str, Any]:
    """Return what ``comparison.json`` holds: plain values."""
    header, rows = comparison.differences.header, comparison.differences.rows
    return {
        "format": 1,
        "metrics": list(comparison.metrics),
        "runs": [asdict(summary) for summary in comparison.summaries],
        "config_differences": {
            key: dict(zip(header[1:], values, strict=True)) for key, *values in rows
        },
        "notes": list(comparison.notes),
    }


def to_markdown(comparison: Comparison) -> str:
    """Return the comparison as Markdown, with its pictures beside it."""
    has_differences = bool(comparison.differences.rows)
    parts: list[list[str]] = [
        [f"# {TITLE}"],
        INTRO.splitlines(),
        table_lines(comparison.results),
        *([picture_line(chart)] for chart in comparison.charts),
        ["## What their configs differ in"],
        table_lines(comparison.differences, is_code=True)
        if has_differences
        else [comparison.no_differences],
        ["## What they cost"],
        table_lines(comparison.costs),
    ]
    if comparison.notes:
        parts += [["## Notes"], note_lines(comparison.notes)]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def to_page(comparison: Comparison, out: Path) -> str:
    """Return the comparison as a page, with pictures from a folder for who has no JavaScript."""
    pictures = {c.name: (out / f"{c.name}.png").read_bytes() for c in comparison.charts}
    differences = comparison.differences
    sections: list[Section] = [
        TableSection("Results", comparison.results.header, comparison.results.rows),
        ChartSection("Curves", comparison.charts, pictures),
        TableSection("What their configs differ in", differences.header, differences.rows)
        if differences.rows
        else TextSection("What their configs differ in", comparison.no_differences),
        TableSection("What they cost", comparison.costs.header, comparison.costs.rows),
    ]
    if comparison.notes:
        sections.append(TextSection("Notes", "\n".join(comparison.notes)))
    sections.append(FilesSection("Files", _files(comparison.charts)))
    return render_page(TITLE, INTRO, sections)


def _files(charts: Sequence[Chart]) -> Mapping[str, str]:
    pictures = {
        f"{chart.name}.{kind}": f"{chart.title}, as {kind.upper()}"
        for chart in charts
        for kind in ("png", "svg")
    }
    return {TEXT: "all of this as Markdown", DATA: "all figures, for programs", **pictures}
