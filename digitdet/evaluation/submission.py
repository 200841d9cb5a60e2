"""Writes the homework's two deliverables, ``pred.json`` and ``pred.csv``, and a zip of both."""

import contextlib
import csv
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from digitdet.structures import Number, Prediction
from digitdet.whole_files import whole_file

NOTHING_FOUND = "-1"
PRED_JSON, PRED_CSV, SUBMISSION_ZIP = "pred.json", "pred.csv", "submission.zip"
NAMES, HEADER = (PRED_JSON, PRED_CSV), ("image_id", "pred_label")


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
    """Write ``pred.json``, ``pred.csv`` and ``submission.zip``; each appears when all are whole.

    Args:
        out_dir: Folder to write to; made if it is not there.
        detections: Entries of ``pred.json``.
        labels: Image id and number of each picture, every picture once.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        parts = {
            name: stack.enter_context(whole_file(out_dir / name))
            for name in (*NAMES, SUBMISSION_ZIP)
        }
        parts[PRED_JSON].write_text(json.dumps(list(detections)), encoding="utf-8")
        with parts[PRED_CSV].open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(sorted(labels))
        with zipfile.ZipFile(parts[SUBMISSION_ZIP], "w", zipfile.ZIP_DEFLATED) as archive:
            for name in NAMES:
                archive.write(parts[name], name)
