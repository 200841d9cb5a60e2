"""Writes the homework's two deliverables, ``pred.json`` and ``pred.csv``, and a zip of both."""

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from digitdet.structures import Number, Prediction

NOTHING_FOUND = "-1"
PRED_JSON, PRED_CSV, SUBMISSION_ZIP = "pred.json", "pred.csv", "submission.zip"


class Detection(TypedDict):
    """One entry of ``pred.json``; ``bbox`` is [x, y, w, h] in pixels."""

    image_id: int
    bbox: list[float]
    score: float
    category_id: int


def to_detections(
    image_id: int, prediction: Prediction, category_ids: Mapping[int, int]
) -> list[Detection]:
    """Convert a prediction to entries of ``pred.json``.

    Args:
        image_id: Id of the picture.
        prediction: Its detections.
        category_ids: Label -> category id of the data set; a label is its own id if it is empty.
    """
    rows = zip(
        prediction["boxes"].tolist(),
        prediction["scores"].tolist(),
        prediction["labels"].tolist(),
        strict=True,
    )
    return [
        Detection(
            image_id=image_id,
            bbox=[x1, y1, x2 - x1, y2 - y1],
            score=score,
            category_id=category_ids.get(label, label),
        )
        for (x1, y1, x2, y2), score, label in rows
    ]


def to_label(numbers: Sequence[Number]) -> str:
    """Return the number of a picture as ``pred.csv`` has it: the first one, or ``-1`` for none."""
    return numbers[0].text if numbers else NOTHING_FOUND


def write_submission(
    out_dir: Path, detections: Sequence[Detection], labels: Iterable[tuple[int, str]]
) -> None:
    """Write ``pred.json``, ``pred.csv`` and ``submission.zip``.

    Args:
        out_dir: Folder to write to; made if it is not there.
        detections: Entries of ``pred.json``.
        labels: Image id and number of each picture, every picture once.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / PRED_JSON).write_text(json.dumps(list(detections)), encoding="utf-8")
    with (out_dir / PRED_CSV).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["image_id", "pred_label"])
        writer.writerows(sorted(labels))
    with zipfile.ZipFile(out_dir / SUBMISSION_ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (PRED_JSON, PRED_CSV):
            archive.write(out_dir / name, name)


def write_json(file: Path, content: Any) -> None:
    """Write indented JSON."""
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
