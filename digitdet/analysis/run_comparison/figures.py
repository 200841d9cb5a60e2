"""The four figures of the report that digitdet was made from, of other runs."""

from collections.abc import Sequence
from dataclasses import replace

from digitdet.analysis.charts.chart import Chart
from digitdet.analysis.run_comparison.curves import LOSS
from digitdet.analysis.runs.run import USUAL_METRIC


def report_figures(charts: Sequence[Chart]) -> list[Chart]:
    """Return figures 1 to 4: loss and mAP of the first run, then of all over each other.

    Args:
        charts: Those of a comparison.

    Raises:
        ValueError: If the first run has no loss or no mAP yet.
    """
    by_name = {chart.name: chart for chart in charts}
    both = []
    for name in (LOSS, USUAL_METRIC):
        chart = by_name.get(name)
        if chart is None or chart.lines[0].style:
            raise ValueError(
                f"--figures: the first run has no {name} yet; the figures need an epoch of it with "
                "its validation, and map among the metrics"
            )
        both.append(chart)
    first = [replace(chart, lines=chart.lines[:1]) for chart in both]
    return [
        replace(chart, name=f"figure_{number}") for number, chart in enumerate([*first, *both], 1)
    ]
