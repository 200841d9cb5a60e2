"""Fits the calibration of a reader's confidences on saved predictions, or judges one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from digitdet import config as configs
from digitdet.analysis.confidence import (
    ConfidenceFigures,
    Promise,
    calibrated,
    confidence_figures,
    cross_fitted,
)
from digitdet.analysis.confidence_tables import confidence_table, promises_table
from digitdet.analysis.judged_numbers import JudgedNumbers, judge_numbers
from digitdet.analysis.plots.calibration import draw_confidence
from digitdet.calibration import Calibration, fit_calibration
from digitdet.checkpoints.calibrations import KEY, load_calibration
from digitdet.console import console
from digitdet.evaluation.saved_predictions import load_results
from digitdet.registry import READERS
from digitdet.whole_files import check_writable, write_json


def calibrate(
    pred_file: Path,
    ann_file: Path,
    out: Path,
    *,
    reader_file: Path | None = None,
    options: Sequence[str] = (),
    truth: str = "file",
    folds: int = 5,
    seed: int = 0,
    check: Path | None = None,
) -> Calibration:
    """Fit a calibration, or judge one; print tables, write JSON and a picture beside it.

    Args:
        pred_file: The predictions, a ``pred.json``.
        ann_file: The truth, a COCO annotation file.
        out: JSON file to write; its folder is made. The picture has its name, with ``.png``.
        reader_file: Config whose ``reader`` reads the numbers, see `load_reader`.
        options: Overrides of ``reader``, ``KEY=VALUE``.
        truth: Order of the true digits, see `true_numbers`.
        folds: See `cross_fitted`; of no meaning with ``check``.
        seed: See `cross_fitted`.
        check: A file of `load_calibration`, which is judged on these pictures; None to fit one.

    Returns:
        The calibration.

    Raises:
        FileNotFoundError: If a file is missing.
        KeyError: If the reader is not registered.
        ValueError: If a file or an argument is not as it has to be, or no number was read.
    """
    inputs = [file for file in (pred_file, ann_file, reader_file, check) if file]
    _check_out(out, inputs)
    given = None if check is None else load_calibration(check)
    settings = configs.load_reader(reader_file, options)
    reader = READERS.build(dict(settings))
    judged = judge_numbers(load_results(pred_file, ann_file), reader, truth)
    if not len(judged.confidences):
        raise ValueError(f"{pred_file}: no number is read in it; there is nothing to judge by")
    how: dict[str, Any] = {"check": str(check)} if check else {"folds": folds, "seed": seed}
    if given is None:
        calibration = fit_calibration(judged.confidences, judged.is_right)
        probabilities = cross_fitted(judged, folds, seed)
    else:
        calibration, probabilities = given, calibrated(judged, given)
    figures = confidence_figures(judged, probabilities, calibration)
    origin = {
        "predictions": str(pred_file),
        "annotations": str(ann_file),
        "reader": dict(settings),
        "truth": truth,
        **how,
    }
    _write(out, calibration, judged, figures, origin)
    _show(calibration, judged, figures, "given" if check else f"cross-fitted in {folds} folds")
    console.print(f"written: {out} and {out.with_suffix('.png')}")
    return calibration


def _check_out(out: Path, inputs: Sequence[Path]) -> None:
    if out.suffix != ".json":
        raise ValueError(f"{out}: a calibration is a JSON file; name it NAME.json by --out")
    written = {out.resolve(), out.with_suffix(".png").resolve()}
    for file in inputs:
        if file.resolve() in written:
            raise ValueError(f"{file}: would be overwritten; choose another file by --out")
    check_writable(out.parent)


def _write(
    out: Path,
    calibration: Calibration,
    judged: JudgedNumbers,
    figures: ConfidenceFigures,
    origin: Mapping[str, Any],
) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    content = {KEY: calibration.to_dict(), "figures": to_json(judged, figures), "origin": origin}
    draw_confidence(figures.before, figures.after, out.with_suffix(".png"))
    write_json(out, content)


def to_json(judged: JudgedNumbers, figures: ConfidenceFigures) -> dict[str, Any]:
    """Return the figures as plain values."""
    return {
        "pictures": judged.num_pictures,
        "numbers": len(judged.confidences),
        "right": int(judged.is_right.sum()),
        "calibration_error_before": figures.before.error,
        "calibration_error": figures.after.reliability.error,
        "log_loss_before": figures.loss_before,
        "log_loss": figures.loss_after,
        "coverage_98": figures.after.coverage.best,
        "promises_before": [_promise_to_json(one) for one in figures.promises_before],
        "promises": [_promise_to_json(one) for one in figures.promises],
        "accuracy_over_coverage": {
            "coverage": figures.after.coverage.coverage.tolist(),
            "accuracy": figures.after.coverage.accuracy.tolist(),
            "confidence": figures.after.coverage.confidences.tolist(),
        },
    }


def _promise_to_json(promise: Promise) -> dict[str, Any]:
    low, high = promise.interval
    return {
        **asdict(promise),
        "share_right": promise.share,
        "low": low,
        "high": high,
        "verdict": promise.verdict,
    }


def _show(
    calibration: Calibration, judged: JudgedNumbers, figures: ConfidenceFigures, how: str
) -> None:
    right = int(judged.is_right.sum())
    console.print(
        f"{judged.num_pictures:,} pictures, {len(judged.confidences):,} numbers read, {right:,} "
        f"of them right; calibration {how}"
    )
    console.print(confidence_table(figures))
    console.print(promises_table(figures))
    console.print(
        f"slope {calibration.slope:g}, offset {calibration.offset:g}, fitted on "
        f"{calibration.num_numbers:,} numbers, {calibration.num_right:,} of them right"
    )
