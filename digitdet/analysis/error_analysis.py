"""Shows what goes wrong in saved predictions, and what it costs."""

from collections.abc import Sequence
from pathlib import Path

from digitdet import config as configs
from digitdet.analysis.cards import build_cards, write_cards
from digitdet.analysis.contrast import measure_contrasts
from digitdet.analysis.curves import ALL_DIGITS
from digitdet.analysis.findings import Findings, find_all
from digitdet.analysis.gallery import draw_pairs
from digitdet.analysis.mending import Reader
from digitdet.analysis.outputs import ERRORS_JSON, MADE_BY, NAMES, check_out, write_csv
from digitdet.analysis.plots.calibration import draw_calibration
from digitdet.analysis.plots.confusion import draw_confusion
from digitdet.analysis.plots.curves import draw_curves
from digitdet.analysis.plots.strata import draw_strata
from digitdet.analysis.records import (
    ERROR_HEADER,
    confusion_header,
    confusion_rows,
    error_rows,
    to_json,
)
from digitdet.analysis.tables import (
    MOST_PAIRS,
    errors_table,
    headline_table,
    pairs_table,
    strata_table,
    thresholds_table,
)
from digitdet.console import console
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.evaluation.coco.settings import HEIGHTS
from digitdet.evaluation.results import Result
from digitdet.evaluation.saved_predictions import load_results
from digitdet.readers.settings import check_share
from digitdet.registry import READERS
from digitdet.whole_files import write_json


def analyze_errors(
    pred_file: Path,
    ann_file: Path,
    image_dir: Path,
    out: Path,
    *,
    reader_file: Path | None = None,
    options: Sequence[str] = (),
    truth: str = "file",
    score_threshold: float | None = None,
) -> Findings:
    """Analyze saved predictions: print tables; write figures, pictures and reading cards.

    Args:
        pred_file: The predictions, a ``pred.json``.
        ann_file: The truth, a COCO annotation file.
        image_dir: Folder that its file names are relative to.
        out: Folder to write to; made if it is not there, and what an earlier analysis wrote there
            is replaced.
        reader_file: Config whose ``reader`` reads the numbers, see `load_reader`.
        options: Overrides of ``reader``, ``KEY=VALUE``.
        truth: Order of the true digits, see `true_numbers`.
        score_threshold: The score from which on detections count for what one sees: the confusion
            matrix, the gallery, the shares of digits found; None for that of the best F1 at an IoU
            of .5. Errors are listed from the lowest score on that the reader looks at.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If a file, the folder or a picture is missing.
        KeyError: If the reader is not registered.
        ValueError: If a file, a picture or an argument is not as it has to be, or something in
            ``out`` would be overwritten that no analysis wrote.
    """
    if score_threshold is not None:
        check_share(score_threshold, "--score-threshold")
    check_out(out, [file for file in (pred_file, ann_file, image_dir, reader_file) if file])
    settings = configs.load_reader(reader_file, options)
    reader: Reader = READERS.build(dict(settings))
    results = load_results(pred_file, ann_file)
    pictures = _open_pictures(ann_file, image_dir)
    contrasts = measure_contrasts(pictures, truth)
    with console.status("finding errors, and what they cost"):
        findings = find_all(results, reader, contrasts, truth=truth, min_score=score_threshold)
    origin = {
        "made_by": MADE_BY,
        "predictions": str(pred_file),
        "annotations": str(ann_file),
        "image_dir": str(image_dir),
        "reader": dict(settings),
        "truth": truth,
        "score_threshold_by": "best F1" if score_threshold is None else "--score-threshold",
    }
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / ERRORS_JSON, origin | to_json(findings))
    _write_files(findings, results, pictures, out)
    cards = build_cards(
        results, findings.read_errors, findings.breakages, reader, pictures.pictures.files,
        truth=truth,
    )  # fmt: skip
    page = write_cards(cards, out, title=f"Readings of {pred_file}", intro=_intro(findings))
    _show(findings, f"{pred_file}: {len(results):,} pictures", score_threshold is None)
    console.print(f"written: {page} and, in {out}, {', '.join(NAMES[:-2])}")
    return findings


def _open_pictures(ann_file: Path, image_dir: Path) -> CocoDigits:
    if not image_dir.is_dir():
        raise FileNotFoundError(
            f"{image_dir}: no such folder; IMAGE_DIR holds the pictures that {ann_file} names"
        )
    return CocoDigits(str(image_dir), str(ann_file), test_mode=True, cache="none")


def _write_files(
    findings: Findings, results: Sequence[Result], pictures: CocoDigits, out: Path
) -> None:
    names = pictures.annotations.file_names
    level = findings.min_score
    write_csv(out / "errors.csv", ERROR_HEADER, error_rows(findings, results, names))
    write_csv(out / "confusion.csv", confusion_header(), confusion_rows(findings.matrix))
    draw_confusion(findings.matrix, level, out / "confusion.png")
    draw_pairs(findings.pairs[:MOST_PAIRS], pictures, results, out / "pairs.png")
    draw_curves(findings.curves, out / "curves.png")
    draw_calibration(findings.reliability, findings.calibration, out / "calibration.png")
    precision = [findings.figures[f"map_height_{name}"] for name in HEIGHTS.names]
    draw_strata(findings.digits, precision, findings.numbers, level, out / "strata.png")


def _intro(findings: Findings) -> str:
    figures, pictures = findings.figures, len(findings.breakages)
    accuracy, average = (_figure(figures[name]) for name in ("number_accuracy", "map"))
    return (
        f"{findings.num_broken:,} of {pictures:,} numbers are read wrong: number accuracy "
        f"{accuracy}, mAP {average}."
    )


def _figure(value: float) -> str:
    return "-" if value == -1 else f"{value:.4f}"


def _show(findings: Findings, beginning: str, is_best: bool) -> None:
    console.print(beginning)
    for table in (headline_table, errors_table, pairs_table, thresholds_table, strata_table):
        console.print(table(findings))
    if is_best:
        console.print(_say_best(findings))


def _say_best(findings: Findings) -> str:
    best = findings.curves.best[ALL_DIGITS]
    if best.threshold == -1:
        return "No digit is found rightly, so no score threshold is best; all scores were counted."
    return (
        f"A score of {best.threshold:.4f} gives the best F1 of all digits; --score-threshold takes "
        "another one."
    )
