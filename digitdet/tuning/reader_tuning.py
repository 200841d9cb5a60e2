"""Chooses a reader's settings on saved predictions, and writes them as a config fragment."""

from collections.abc import Sequence
from pathlib import Path

from digitdet import config as configs
from digitdet.console import console
from digitdet.evaluation.numbers import true_numbers
from digitdet.evaluation.results import Result
from digitdet.evaluation.saved_predictions import load_results
from digitdet.tuning.fragment import to_fragment
from digitdet.tuning.report import accuracy_table, remarks, settings_table, verdict
from digitdet.tuning.sweep import num_workers
from digitdet.tuning.tuning import Tuning, tune


def tune_reader(
    pred_file: Path,
    ann_file: Path,
    out: Path,
    *,
    reader_file: Path | None = None,
    options: Sequence[str] = (),
    space: Sequence[str] = (),
    truth: str = "file",
    folds: int = 5,
    seed: int = 0,
    max_settings: int = 200,
    workers: int | None = None,
) -> Tuning:
    """Find the settings with which a reader reads most numbers, print tables and write a config.

    Args:
        pred_file: Saved predictions, as ``pred.json``.
        ann_file: Their annotation file.
        out: Config fragment to write, ``.py``.
        reader_file: Config whose ``reader`` is tuned, see `load_reader`; the values in it are the
            default to beat.
        options: Overrides of ``reader``, ``KEY=VALUE``.
        space: See `find_space`.
        truth: Order of the true digits, see `true_numbers`.
        folds: See `tune`.
        seed: See `tune`.
        max_settings: See `tune`.
        workers: Processes; as many as can compute at once if None.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If a file is missing.
        KeyError: If the reader is not registered.
        ValueError: If a file, an option, or a value for the reader is not as it has to be.
    """
    inputs = [file for file in (pred_file, ann_file, reader_file) if file]
    _check_out(out, inputs)
    reader = configs.load_reader(reader_file, options)
    imports = configs.stated_imports(reader_file) if reader_file else None
    results = load_results(pred_file, ann_file)
    _check_results(results, pred_file, ann_file)
    tuning = tune(
        reader,
        results,
        space=space,
        truth=truth,
        folds=folds,
        seed=seed,
        max_settings=max_settings,
        workers=num_workers() if workers is None else workers,
    )
    comments = [f"predictions: {pred_file}", f"truth: {ann_file}", *remarks(tuning), "The winner:"]
    text = to_fragment(tuning.reader, comments, imports)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    _show(tuning, out)
    return tuning


def _check_out(out: Path, inputs: Sequence[Path]) -> None:
    if out.suffix != ".py":
        raise ValueError(f"{out}: a config fragment is a Python file; name it NAME.py")
    for file in inputs:
        if out.resolve() == file.resolve():
            raise ValueError(f"{out}: would replace an input; choose another file by --out")


def _check_results(results: Sequence[Result], pred_file: Path, ann_file: Path) -> None:
    if not any(true_numbers(target) for _, target in results):
        raise ValueError(f"{ann_file}: no picture has a digit; there is nothing to tune on")
    if not any(len(prediction["scores"]) for prediction, _ in results):
        raise ValueError(f"{pred_file}: holds no detection; there is nothing to read")


def _show(tuning: Tuning, out: Path) -> None:
    console.print(settings_table(tuning))
    console.print(accuracy_table(tuning))
    console.print(
        f"{tuning.num_settings:,} settings in {tuning.seconds:.1f} s; the winner reads "
        f"{tuning.accuracy:.4f} of the pictures that it was chosen on"
    )
    console.print(verdict(tuning))
    console.print(f"{out}: holds the settings of the winner")
