"""Writes a comparison as JSON and CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from digitdet.analysis.comparison.conclusions import ONE_TEST, conclude_boxes, conclude_numbers
from digitdet.analysis.comparison.models import ModelComparison, ModelFindings
from digitdet.analysis.outputs import write_csv
from digitdet.evaluation.number_figures import PictureReading
from digitdet.evaluation.significance import LEVEL, Comparison
from digitdet.whole_files import write_json

COLUMNS = ("image_id", "file", "true", "a", "a_confidence", "b", "b_confidence", "read_by")


def write_comparison(file: Path, comparison: ModelComparison, origin: Mapping[str, Any]) -> None:
    """Write the figures of a comparison.

    Args:
        file: JSON file to write.
        comparison: What was found.
        origin: What was compared, and how.
    """
    write_json(
        file,
        {
            **origin,
            "num_pictures": comparison.num_pictures,
            "read_by": comparison.counts,
            "p_value": comparison.p_value,
            "level": LEVEL,
            "number_accuracy": _estimates(comparison.accuracy),
            **{name: _estimates(found) for name, found in comparison.precision.items()},
            "a": _findings(comparison.a),
            "b": _findings(comparison.b),
            "conclusions": [conclude_numbers(comparison), conclude_boxes(comparison), ONE_TEST],
        },
    )


def _estimates(comparison: Comparison) -> dict[str, Any]:
    return {
        "a": asdict(comparison.first),
        "b": asdict(comparison.second),
        "difference": asdict(comparison.difference),
    }


def _findings(model: ModelFindings) -> dict[str, Any]:
    return {
        "name": model.name,
        "figures": model.figures,
        "min_score": model.min_score,
        "errors": model.errors,
        "read_score": model.read_score,
        "causes": model.causes,
    }


def write_pictures(
    file: Path, comparison: ModelComparison, image_ids: Sequence[int], names: Sequence[str]
) -> None:
    """Write a line a picture: the true number, what each model read, and which reads it.

    Args:
        file: CSV file to write.
        comparison: What was found.
        image_ids: Id of each picture.
        names: Name of its file.
    """
    a, b = comparison.a.readings, comparison.b.readings
    rows = zip(image_ids, names, a, b, comparison.read_by, strict=True)
    lines = (
        [image_id, name, of_a.first_true, *_cells(of_a), *_cells(of_b), str(read_by)]
        for image_id, name, of_a, of_b, read_by in rows
    )
    write_csv(file, COLUMNS, lines)


def _cells(reading: PictureReading) -> tuple[str, str]:
    return reading.first_read, f"{reading.confidence:.6g}" if reading.read else ""
