"""Charts as the page's script reads them."""

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from digitdet.analysis.charts.chart import Chart, FloatArray, Line
from digitdet.analysis.charts.styles import COLORS, style
from digitdet.analysis.charts.thinning import thin

DIGITS = 5  # significant ones; a screen shows fewer
# What could end the script element that holds the data.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def to_json(chart: Chart) -> str:
    """Write a chart as JSON that may stand in a script element.

    Lines with more points than a screen shows are thinned, see `thin`; ``size`` says how far.
    Infinite values are left out, like those that are not there.
    """
    content = {
        "title": chart.title,
        "x": chart.x_label,
        "y": chart.y_label,
        "hasPoints": chart.has_points,
        "lines": [_line(line) for line in chart.lines],
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)


def is_thinned(chart: Chart) -> bool:
    """Whether a line of a chart has more points than the page shows."""
    return any(thin(line.x, line.y).size > 1 for line in chart.lines)


def _line(line: Line) -> dict[str, Any]:
    looks = style(line.style)
    points = thin(line.x, line.y)
    content: dict[str, Any] = {
        "name": line.name,
        "color": line.style % len(COLORS),
        "dashes": list(looks.dashes),
        "marker": looks.marker,
        "x": _numbers(points.x),
        "mean": _numbers(points.mean),
        "size": points.size,
    }
    if points.size > 1:
        content |= {"low": _numbers(points.low), "high": _numbers(points.high)}
    if line.low is not None and line.high is not None:
        content["band"] = [
            _numbers(thin(line.x, line.low).low),
            _numbers(thin(line.x, line.high).high),
        ]
    if line.marked is not None:
        content["marked"] = _numbers([line.x[line.marked], line.y[line.marked]])
    return content


def _numbers(values: FloatArray | Iterable[float]) -> list[float | None]:
    return [_number(float(value)) for value in np.asarray(values, dtype=np.float64)]


def _number(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    # Whole numbers, such as steps, keep all their digits.
    return int(value) if value.is_integer() else float(f"{value:.{DIGITS}g}")
