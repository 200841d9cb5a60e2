"""Writes ``metrics.json``."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from digitdet.whole_files import write_json


def write_metrics(
    file: Path,
    metrics: Iterable[Any],
    figures: Mapping[str, float],
    conditions: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the figures of a split, what computed them, and why some could not be computed.

    Args:
        file: The file: ``{"evaluator": ..., conditions, "notes": {...}, figures}``.
        metrics: What gave the figures. One may have ``evaluator``, the name of what it computes
            with, and ``notes``, in words why a figure is -1.
        figures: Name -> value, of all metrics.
        conditions: What else they depend on, in words: ``"tta"``, where it was used.
    """
    metrics = list(metrics)
    evaluators = [metric.evaluator for metric in metrics if hasattr(metric, "evaluator")]
    notes = collect_notes(metrics)
    write_json(file, {"evaluator": ", ".join(evaluators), **conditions, "notes": notes, **figures})


def collect_notes(metrics: Iterable[Any]) -> dict[str, str]:
    """Return why figures are -1, of all metrics that say so: name of the figure -> reason."""
    return {
        name: reason for metric in metrics for name, reason in getattr(metric, "notes", {}).items()
    }
