"""Evaluates saved predictions: no model, no pictures, no GPU."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric

from digitdet.console import console
from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.figure_tables import figures_table
from digitdet.evaluation.metrics_file import collect_notes, write_metrics
from digitdet.evaluation.number_metric import NumberMetric
from digitdet.evaluation.results import Result
from digitdet.evaluation.saved_predictions import load_results


def evaluate_saved(
    pred_file: Path,
    ann_file: Path,
    reader: Mapping[str, Any],
    *,
    truth: str = "file",
    out: Path | None = None,
) -> dict[str, float]:
    """Compute all figures of saved predictions, print them, and write them if asked to.

    The figures are those that ``tools/test.py`` gives of the same predictions: it writes
    ``pred.json`` without rounding.

    Args:
        pred_file: The predictions, a ``pred.json``.
        ann_file: The truth, a COCO annotation file. In a picture that the predictions do not name,
            nothing was found.
        reader: Config of what reads the numbers.
        truth: Order of the true digits, see `true_numbers`.
        out: JSON file to write, as ``metrics.json``; its folder has to be there.

    Returns:
        The figures.

    Raises:
        FileNotFoundError: If a file, or the folder of ``out``, is missing.
        ValueError: If a file is not as it has to be, an entry is of a picture that is not in
            ``ann_file``, or ``out`` is one of the two files.
    """
    if out is not None:
        _check_out(out, pred_file, ann_file)
    boxes, numbers = DigitMetric(), NumberMetric(reader, truth)
    results = load_results(pred_file, ann_file)
    console.print(_beginning(pred_file, results))
    figures: dict[str, float] = {}
    for metric, title in ((boxes, f"boxes by {boxes.evaluator}"), (numbers, numbers.evaluator)):
        found = _evaluate(metric, results)
        console.print(figures_table(title, found, collect_notes([metric])))
        figures |= found
    if out is not None:
        write_metrics(out, [boxes, numbers], figures)
        console.print(f"written: {out}")
    return figures


def _check_out(out: Path, *read: Path) -> None:
    if not out.absolute().parent.is_dir():
        raise FileNotFoundError(f"{out}: there is no such folder; make it first")
    if out.is_dir():
        raise ValueError(f"{out}: is a folder; name a file in it")
    if out.resolve() in [file.resolve() for file in read]:
        raise ValueError(f"{out}: would be overwritten; write the figures to another file")


def _evaluate(metric: BaseMetric, results: list[Result]) -> dict[str, float]:
    predictions, targets = zip(*results, strict=True) if results else ((), ())
    metric.process({"targets": targets}, predictions)
    figures: dict[str, float] = metric.evaluate(len(results))
    return figures


def _beginning(pred_file: Path, results: list[Result]) -> str:
    """Say how many pictures are evaluated, and in how many of them nothing was found."""
    numbers = [len(prediction["scores"]) for prediction, _ in results]
    text = f"{pred_file}: {sum(numbers)} detections, {len(results)} pictures"
    return f"{text}; {numbers.count(0)} have no detection" if 0 in numbers else text
