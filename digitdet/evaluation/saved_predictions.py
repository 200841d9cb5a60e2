"""Predictions that were saved as ``pred.json``, with the truth that they belong to."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitdet.datasets.annotated_pictures import AnnotatedPictures
from digitdet.datasets.annotations import Annotations, read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.datasets.json_files import read_json
from digitdet.evaluation.results import Result
from digitdet.evaluation.submissions.entries import Entries, read_entries
from digitdet.evaluation.submissions.faults import Fault, first_error
from digitdet.evaluation.submissions.predictions import to_predictions
from digitdet.evaluation.submissions.values import find_value_faults
from digitdet.structures import Prediction, Target


def load_results(pred_file: Path, ann_file: Path) -> list[Result]:
    """Read saved predictions and the truth.

    Args:
        pred_file: A ``pred.json``: one list of ``image_id``, ``bbox`` (xywh in pixels), ``score``
            and ``category_id``; other keys are read over.
        ann_file: COCO annotation file of the pictures.

    Returns:
        Prediction and target of each picture of ``ann_file``, in its order. Detections are by
        falling score, equal ones in the file's order.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is not as it has to be, or an entry is not, or is of no picture or
            category of ``ann_file``; the message names file and position.
    """
    annotations = read_annotations(ann_file)
    labels = {c: label for label, c in complete_category_ids(annotations.category_ids).items()}
    predictions = check_saved(*read_saved(pred_file), annotations.image_ids, labels)
    return list(zip(predictions, load_targets(annotations), strict=True))


def read_saved(pred_file: Path) -> tuple[Entries, list[Fault]]:
    """Read a ``pred.json``: its entries, and the faults that keep some from being used.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not readable as JSON.
    """
    return read_entries(read_json(pred_file, "file of predictions"), str(pred_file))


def check_saved(
    entries: Entries,
    faults: list[Fault],
    image_ids: NDArray[np.int64],
    labels: Mapping[int, int],
) -> list[Prediction]:
    """Check entries that were read, and part them by picture.

    Args:
        entries: The entries.
        faults: What `read_saved` found.
        image_ids: (I,) int64, those of the pictures.
        labels: Category id -> label.

    Returns:
        The prediction of each picture, see `to_predictions`.

    Raises:
        ValueError: If an entry is not as it has to be, or is of no such picture or category; the
            message names file and position.
    """
    found = [*faults, *find_value_faults(entries, image_ids, sorted(labels))]
    if error := first_error(found):
        raise ValueError(error)
    return to_predictions(entries, image_ids, labels)


def load_targets(annotations: Annotations) -> list[Target]:
    """Return the truth of each picture of an annotation file, in its order."""
    # Its folder has the file's name in the homework's layout; the pictures are not read.
    folder = annotations.file.parent / annotations.file.name.split(".")[0]
    pictures = AnnotatedPictures(annotations, folder, cache="none")
    return pictures.targets(range(len(annotations)))
