"""Writes a submission from saved predictions, or validates one that is there."""

import tempfile
from pathlib import Path
from typing import Any

from digitdet.config import load_reader
from digitdet.console import console
from digitdet.evaluation.submission import (
    NAMES,
    PRED_CSV,
    PRED_JSON,
    SUBMISSION_ZIP,
    write_submission,
)
from digitdet.evaluation.submissions.archives import Deliverables, read_file, read_folder, read_zip
from digitdet.evaluation.submissions.checklist import checklist, summary
from digitdet.evaluation.submissions.entries import KEYS
from digitdet.evaluation.submissions.pictures import Graded, load_graded
from digitdet.evaluation.submissions.review import Reader, Review, review
from digitdet.registry import READERS


def validate_submission(place: Path, pictures: Path, reader_config: Path | None = None) -> Review:
    """Check a submission and print a checklist; nothing is written.

    Args:
        place: A zip, or a folder that holds ``pred.json``, ``pred.csv`` and perhaps their zip.
        pictures: Folder of the pictures, or their annotation file.
        reader_config: Config whose ``reader`` wrote the numbers; None for the default one.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If a place is not there.
        ValueError: If a place or config is not as it has to be.
    """
    graded = load_graded(pictures)
    found = read_folder(place) if place.is_dir() else read_zip(place)
    result = review(found, graded, READERS.build(load_reader(reader_config)))
    _report(result, graded, place)
    return result


def submit(
    pred_file: Path,
    pictures: Path,
    out_dir: Path,
    *,
    reader_config: Path | None = None,
    csv_file: Path | None = None,
) -> Review:
    """Write a submission from saved predictions, check it, and print a checklist.

    Args:
        pred_file: A ``pred.json``.
        pictures: Folder of the pictures, or their annotation file.
        out_dir: Folder of the three files; those of an earlier run are replaced. Where anything
            would be refused, nothing is written.
        reader_config: Config whose ``reader`` reads the numbers; None for the default one.
        csv_file: A ``pred.csv`` to take the numbers from, in place of reading them.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a place or config is not as it has to be, or an input would be replaced.
    """
    _check_places(out_dir, pred_file, csv_file)
    reader = READERS.build(load_reader(reader_config))
    graded = load_graded(pictures)
    found = Deliverables({PRED_JSON: read_file(pred_file)}, {PRED_JSON: str(pred_file)})
    if csv_file:
        found.contents[PRED_CSV], found.names[PRED_CSV] = read_file(csv_file), str(csv_file)
    result = review(found, graded, reader)
    if not result.num_errors:
        result = _write(result, out_dir, graded, reader)
    _report(result, graded, pred_file)
    done = "nothing was written" if result.num_errors else f"submission: {out_dir / SUBMISSION_ZIP}"
    console.print(done)
    return result


def _check_places(out_dir: Path, *inputs: Path | None) -> None:
    if out_dir.exists() and not out_dir.is_dir():
        raise ValueError(f"{out_dir}: is not a folder; name one by --out")
    outputs = [(out_dir / name).resolve() for name in (*NAMES, SUBMISSION_ZIP)]
    for file in inputs:
        if file and file.resolve() in outputs:
            raise ValueError(f"{file}: would be replaced; name another folder by --out")


def _write(result: Review, out_dir: Path, graded: Graded, reader: Reader) -> Review:
    """Write the files beside their place, check them as they are, and put them in it."""
    content = result.entries.content if result.entries else []
    detections: list[Any] = [{key: entry[key] for key in KEYS} for entry in content]
    labels = result.readings
    if result.lines:
        labels = dict(zip(result.lines.image_ids, result.lines.labels, strict=True))
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".submission.", suffix=".part", dir=out_dir) as part:
        write_submission(Path(part), detections, labels.items())
        checked = review(read_folder(Path(part), shown=out_dir), graded, reader)
        if not checked.num_errors:
            for name in (*NAMES, SUBMISSION_ZIP):
                Path(part, name).replace(out_dir / name)
    # What was left out in writing is told, too.
    checked.add(found for found in result.faults if found.code == "key_unknown")
    return checked


def _report(result: Review, graded: Graded, place: Path) -> None:
    console.print(checklist(result, str(place)))
    console.print(f"{place}: {summary(result, len(graded.image_ids))}")
