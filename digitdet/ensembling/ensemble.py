"""Fuses saved predictions of several models into one file."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from digitdet.console import console, track
from digitdet.ensembling.fusion import Fusion
from digitdet.ensembling.prediction_files import PredictionFiles, load_prediction_files
from digitdet.ensembling.report import judge, remarks, standings_table
from digitdet.evaluation.results import check_image_ids
from digitdet.evaluation.submission import to_detections
from digitdet.registry import READERS
from digitdet.structures import Prediction
from digitdet.whole_files import check_writable, whole_file

TUNING = "python tools/tune_reader.py"


def fuse_saved(
    pred_files: Sequence[Path],
    fusion: Fusion,
    out: Path,
    *,
    ann_file: Path | None = None,
    reader: Mapping[str, Any] | None = None,
    truth: str = "file",
) -> list[Prediction]:
    """Fuse saved predictions, write them, and print how they stand to each model's.

    Args:
        pred_files: Each model's ``pred.json``; two or more.
        fusion: What fuses.
        out: File to write, as ``pred.json``.
        ann_file: COCO annotation file of the pictures. Without one nothing is judged, the pictures
            are those that any file names, and a category id has to be digit + 1.
        reader: Config of what reads the numbers; needed with ``ann_file``.
        truth: Order of the true digits, see `true_numbers`.

    Returns:
        The fused prediction of each picture: in the order of ``ann_file``, or by image id.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is not as it has to be, there is one file alone, the weights are not
            as many as the files, or ``out`` is one of the files or can't be written.
    """
    _check(pred_files, fusion, out, ann_file)
    read = None if reader is None else READERS.build(dict(reader))  # a bad one is told first
    files = load_prediction_files(pred_files, ann_file)
    check_image_ids(files.targets or ())
    pictures = list(zip(*files.predictions, strict=True))
    fused = [fusion(predictions) for predictions in track(pictures, "fusing")]
    _write(out, files, fused)
    console.print(_beginning(files, fused, fusion))
    if files.targets is not None and read is not None:
        names = map(str, pred_files)
        models = {
            name: judge(list(zip(predictions, files.targets, strict=True)), read, truth)
            for name, predictions in zip(names, files.predictions, strict=True)
        }
        standing = judge(list(zip(fused, files.targets, strict=True)), read, truth)
        console.print(standings_table(models, standing))
        for line in remarks(models, standing):
            console.print(line)
        console.print(f"Fusing changes scores, so tune the reader: {TUNING} {out} {ann_file}")
    console.print(f"written: {out}")
    return fused


def _check(pred_files: Sequence[Path], fusion: Fusion, out: Path, ann_file: Path | None) -> None:
    if len(pred_files) < 2:
        raise ValueError(f"fusing takes two or more files of predictions, got {len(pred_files)}")
    if fusion.weights is not None and len(fusion.weights) != len(pred_files):
        raise ValueError(
            f"{len(fusion.weights)} weights do not fit {len(pred_files)} files; give one for each"
        )
    if out.is_dir():
        raise ValueError(f"{out}: is a folder; name a file in it")
    check_writable(out.parent)
    read = [*pred_files, *([] if ann_file is None else [ann_file])]
    if out.resolve() in [file.resolve() for file in read]:
        raise ValueError(f"{out}: would be overwritten; write the fusion to another file")
    if out.exists() and not _begins_a_list(out):
        raise ValueError(f"{out}: is there already and holds no predictions; choose another --out")


def _begins_a_list(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(100).lstrip().startswith(b"[")


def _write(out: Path, files: PredictionFiles, fused: Sequence[Prediction]) -> None:
    detections = [
        detection
        for image_id, prediction in zip(files.image_ids, fused, strict=True)
        for detection in to_detections(image_id, prediction, files.category_ids)
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as part:
        part.write_text(json.dumps(detections), encoding="utf-8")


def _beginning(files: PredictionFiles, fused: Sequence[Prediction], fusion: Fusion) -> str:
    before = sum(len(p["scores"]) for of_model in files.predictions for p in of_model)
    after = sum(len(prediction["scores"]) for prediction in fused)
    return (
        f"{len(files.predictions)} models, {len(fused):,} pictures, {before:,} detections; "
        f"{after:,} after fusing ({fusion})"
    )
