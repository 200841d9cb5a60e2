"""Saved predictions of several models for the same pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.annotations import read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.evaluation.saved_predictions import check_saved, load_targets, read_saved
from digitdet.evaluation.submissions.entries import Entries
from digitdet.evaluation.submissions.faults import Fault
from digitdet.structures import Prediction, Target


@dataclass(frozen=True)
class PredictionFiles:
    """What T files say of the same I pictures.

    Attributes:
        image_ids: The I ids.
        category_ids: Label -> category id, for all ten labels.
        predictions: T lists of I predictions; empty ones where a file does not name a picture.
        targets: The truth of the I pictures; None where no annotation file was given.
    """

    image_ids: list[int]
    category_ids: dict[int, int]
    predictions: list[list[Prediction]]
    targets: list[Target] | None


def load_prediction_files(
    pred_files: Sequence[Path], ann_file: Path | None = None
) -> PredictionFiles:
    """Read the predictions of several models.

    Args:
        pred_files: Their ``pred.json`` files.
        ann_file: COCO annotation file of the pictures. Without one, the pictures are those that
            any of the files names, and a category id has to be digit + 1.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is not as it has to be, or an entry is not, or is of no picture or
            category; the message names file and position.
    """
    annotations = None if ann_file is None else read_annotations(ann_file)
    saved: Iterable[tuple[Entries, list[Fault]]] = map(read_saved, pred_files)
    if annotations is None:
        saved = list(saved)
        ids = [entries.image_ids.values[entries.image_ids.usable] for entries, _ in saved]
        image_ids = _all_pictures(ids)
    else:
        image_ids = annotations.image_ids
    category_ids = complete_category_ids({} if annotations is None else annotations.category_ids)
    labels = {category_id: label for label, category_id in category_ids.items()}
    return PredictionFiles(
        image_ids=image_ids.tolist(),
        category_ids=category_ids,
        predictions=[check_saved(*of_file, image_ids, labels) for of_file in saved],
        targets=None if annotations is None else load_targets(annotations),
    )


def _all_pictures(ids: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the ids that any file names; refuse files of which no two name the same picture."""
    named = [np.unique(of_file) for of_file in ids]
    image_ids, num_files = np.unique(np.concatenate(named), return_counts=True)
    if sum(map(len, named)) > max(map(len, named)) and num_files.max() < 2:
        raise ValueError(
            "no two files of predictions name the same picture; are they of the same split?"
        )
    return image_ids
