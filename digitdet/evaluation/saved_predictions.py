"""Predictions that were saved as ``pred.json``, with the truth that they belong to."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from digitdet.datasets.annotated_pictures import AnnotatedPictures
from digitdet.datasets.annotations import Annotations, read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.datasets.json_files import read_json
from digitdet.evaluation.results import Result
from digitdet.evaluation.submissions.entries import Entries, read_entries
from digitdet.evaluation.submissions.faults import first_error
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
    entries, faults = read_entries(read_json(pred_file, "file of predictions"), str(pred_file))
    faults += find_value_faults(entries, annotations.image_ids, sorted(labels))
    if error := first_error(faults):
        raise ValueError(error)
    predictions = _predictions(entries, annotations, labels)
    return list(zip(predictions, load_targets(annotations), strict=True))


def load_targets(annotations: Annotations) -> list[Target]:
    """Return the truth of each picture of an annotation file, in its order."""
    # Its folder has the file's name in the homework's layout; the pictures are not read.
    folder = annotations.file.parent / annotations.file.name.split(".")[0]
    pictures = AnnotatedPictures(annotations, folder, cache="none")
    return pictures.targets(range(len(annotations)))


def _predictions(
    entries: Entries, annotations: Annotations, labels: dict[int, int]
) -> list[Prediction]:
    """Part the entries by picture."""
    pictures = _positions(annotations.image_ids, entries.image_ids.values)
    order = np.lexsort((-entries.scores.values, pictures))  # stable
    counts = np.bincount(pictures, minlength=len(annotations)).tolist()
    xywh = entries.bboxes.values[order]
    xyxy = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1).astype(np.float32)
    ids = np.array(sorted(labels), dtype=np.int64)
    as_labels = np.array([labels[i] for i in ids.tolist()], dtype=np.int64)
    found = as_labels[np.searchsorted(ids, entries.category_ids.values[order])]
    columns = (xyxy, found, entries.scores.values[order].astype(np.float32))
    parts = (torch.from_numpy(column).split(counts) for column in columns)
    return [
        {"boxes": boxes, "labels": of_boxes, "scores": scores}
        for boxes, of_boxes, scores in zip(*parts, strict=True)
    ]


def _positions(known: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each id stands among those that are known, in any order."""
    order = np.argsort(known)
    return order[np.searchsorted(known, ids, sorter=order)]
