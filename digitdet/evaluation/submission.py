"""Writes the homework's two deliverables, ``pred.json`` and ``pred.csv``, and a zip of both."""

import contextlib
import csv
import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from digitdet.structures import Number, Prediction

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


def write_json(file: Path, content: Any) -> None:
    """Write indented JSON; the file appears under its name when it is whole."""
    with whole_file(file) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def check_writable(folder: Path, option: str = "--out") -> None:
    """Refuse a folder in which no file can be made, before anything is computed for it.

    Args:
        folder: The folder; need not be there.
        option: What names another one, for the error.

    Raises:
        ValueError: If it can't be written to, or not be made.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise ValueError(
            f"{folder}: nothing can be written there, as {nearest} is no folder that may be "
            f"written to; choose another one by {option}"
        )


@contextlib.contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a file to write to, which takes its name once it is written, and is removed on an error.

    Args:
        file: The file to make or replace.

    Yields:
        The file to write to, beside it: ``.NAME.HEX.part``.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
