"""Compares the saved predictions of two models: figures, a table a picture, and a page of cards."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitdet import config as configs
from digitdet.analysis.cards import write_cards
from digitdet.analysis.cards.page import FOLDER, MARK, PAGE
from digitdet.analysis.comparison.cards import compare_cards
from digitdet.analysis.comparison.conclusions import ONE_TEST, conclude_boxes, conclude_numbers
from digitdet.analysis.comparison.files import write_comparison, write_pictures
from digitdet.analysis.comparison.models import Model, ModelComparison, compare_models
from digitdet.analysis.comparison.names import name_models
from digitdet.analysis.comparison.tables import errors_table, figures_table, readings_table
from digitdet.analysis.outputs import check_out
from digitdet.analysis.resampling import RESAMPLES
from digitdet.console import console
from digitdet.datasets.annotations import Annotations, read_annotations
from digitdet.datasets.sizes import check_size, read_size
from digitdet.evaluation.saved_predictions import load_results
from digitdet.registry import READERS

MADE_BY = "digitdet: tools/compare_errors.py"
FIGURES, PICTURES = "comparison.json", "comparison.csv"
NAMES = (FIGURES, PICTURES, PAGE, FOLDER)
LEAST_RESAMPLES = 100


def compare_errors(
    pred_files: tuple[Path, Path],
    ann_file: Path,
    out: Path,
    *,
    image_dir: Path | None = None,
    names: Sequence[str] | None = None,
    reader_files: tuple[Path | None, Path | None] = (None, None),
    options: Sequence[str] = (),
    truth: str = "file",
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> ModelComparison:
    """Compare two models' saved predictions: print tables, write figures and reading cards.

    Args:
        pred_files: The predictions of both, each a ``pred.json``.
        ann_file: The truth, a COCO annotation file. In a picture that a file of predictions does
            not name, that model found nothing.
        out: Folder to write to; made if it is not there, and what an earlier comparison wrote there
            is replaced.
        image_dir: Folder that the annotations' file names are relative to, for reading cards; None
            for no cards.
        names: What the models are called; see `name_models`.
        reader_files: Configs whose ``reader`` reads the numbers of each, see `load_reader`.
        options: Overrides of both readers, ``KEY=VALUE``.
        truth: Order of the true digits, see `true_numbers`.
        seed: Of the bootstrap's resamples.
        resamples: How many to draw for the intervals of average precision.

    Returns:
        What was found.

    Raises:
        FileNotFoundError: If a file, the folder or a picture is missing.
        KeyError: If a reader is not registered.
        ValueError: If a file, a picture or an argument is not as it has to be, or something in
            ``out`` would be overwritten that no comparison wrote.
    """
    _check_draws(seed, resamples)
    inputs = [*pred_files, ann_file, image_dir, *reader_files]
    check_out(out, [file for file in inputs if file], NAMES, MADE_BY)
    readers = [configs.load_reader(file, options) for file in reader_files]
    a, b = (
        Model(name, load_results(file, ann_file), READERS.build(dict(reader)))
        for name, file, reader in zip(
            name_models(pred_files, names), pred_files, readers, strict=True
        )
    )
    annotations = read_annotations(ann_file)
    pictures = _find_pictures(annotations, image_dir) if image_dir else []
    comparison = compare_models(a, b, truth=truth, seed=seed, resamples=resamples)
    origin = {
        "made_by": MADE_BY,
        "annotations": str(ann_file),
        "predictions": dict(zip("ab", map(str, pred_files), strict=True)),
        "readers": dict(zip("ab", readers, strict=True)),
        "truth": truth,
        "seed": seed,
        "resamples": resamples,
    }
    _write_files(comparison, origin, annotations, out)
    if image_dir:
        cards = compare_cards(a, b, comparison, pictures, truth=truth)
        write_cards(cards, out, title=f"{a.name} and {b.name}", intro=_intro(comparison))
    _show(comparison)
    if readers[0] == readers[1] and _are_alike(*pred_files):
        console.print(f"{pred_files[0]} and {pred_files[1]} hold the same predictions.")
    console.print(f"written, in {out}: {', '.join(NAMES if image_dir else NAMES[:2])}")
    return comparison


def _check_draws(seed: int, resamples: int) -> None:
    if seed < 0:
        raise ValueError(f"--seed has to be at least 0, got {seed}")
    if resamples < LEAST_RESAMPLES:
        raise ValueError(f"--resamples has to be at least {LEAST_RESAMPLES}, got {resamples}")


def _find_pictures(annotations: Annotations, image_dir: Path) -> list[Path]:
    """Return the file of each picture; what is wrong with one is found before all computing."""
    if not image_dir.is_dir():
        raise FileNotFoundError(
            f"{image_dir}: no such folder; --images names the one that holds the pictures of "
            f"{annotations.file}"
        )
    pictures = [image_dir / name for name in annotations.file_names]
    missing = [picture for picture in pictures if not picture.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{missing[0]}: no such picture, as are {len(missing)} of {len(pictures)} that "
            f"{annotations.file} names; --images names their folder"
        )
    for picture, (height, width) in zip(pictures, annotations.sizes.tolist(), strict=True):
        check_size((height, width), read_size(picture), picture, str(annotations.file))
    return pictures


def _write_files(
    comparison: ModelComparison, origin: dict[str, Any], annotations: Annotations, out: Path
) -> None:
    """Write the figures; an earlier comparison's page goes, which shows others."""
    out.mkdir(parents=True, exist_ok=True)
    write_comparison(out / FIGURES, comparison, origin)
    ids = annotations.image_ids.tolist()
    write_pictures(out / PICTURES, comparison, ids, annotations.file_names)
    if (out / FOLDER / MARK).is_file():
        shutil.rmtree(out / FOLDER)
        (out / PAGE).unlink(missing_ok=True)


def _are_alike(first: Path, second: Path) -> bool:
    return first.samefile(second) or first.read_bytes() == second.read_bytes()


def _intro(comparison: ModelComparison) -> str:
    return f"{conclude_numbers(comparison)}\n{conclude_boxes(comparison)}"


def _show(comparison: ModelComparison) -> None:
    for table in (readings_table, figures_table, errors_table):
        console.print(table(comparison))
    for conclusion in (conclude_numbers(comparison), conclude_boxes(comparison), ONE_TEST):
        console.print(conclusion)
