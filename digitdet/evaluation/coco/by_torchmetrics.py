"""COCO's evaluation by torchmetrics, the reference that most projects use."""

from typing import Any

import numpy as np
import torch

from digitdet.evaluation.coco import by_pycocotools
from digitdet.evaluation.coco.arrays import BoxArrays, CocoArrays, Curves, FloatArray
from digitdet.evaluation.coco.settings import (
    AREAS,
    IOU_THRESHOLDS,
    LABELS,
    MAX_DETECTIONS,
    RECALL_THRESHOLDS,
    SizeRanges,
)


def compute_curves(arrays: CocoArrays, ranges: SizeRanges) -> Curves:
    """Evaluate the detections of a split.

    torchmetrics knows no other ranges than COCO's areas, so those of height come from pycocotools,
    which it stands on. It holds boxes in float32: a figure may differ where an IoU or an area lies
    on a threshold.

    Args:
        arrays: Truth and detections.
        ranges: The ranges of size.
    """
    if ranges is not AREAS:
        return by_pycocotools.compute_curves(arrays, ranges)
    from torchmetrics.detection import MeanAveragePrecision  # slow to import: 7 s

    metric = MeanAveragePrecision(
        box_format="xywh",
        # As lists of float64: its own float32 thresholds differ from COCO's by up to 5e-5.
        iou_thresholds=IOU_THRESHOLDS.tolist(),
        rec_thresholds=RECALL_THRESHOLDS.tolist(),
        max_detection_thresholds=list(MAX_DETECTIONS),
        extended_summary=True,
        backend="pycocotools",
        sync_on_compute=False,  # the results are gathered, and only the main process computes
    )
    metric.warn_on_many_detections = False  # more than 100 are cut as COCO does
    found = _by_picture(arrays.found, arrays.num_pictures, scores=arrays.scores)
    truth = _by_picture(arrays.truth, arrays.num_pictures, iscrowd=arrays.iscrowd)
    metric.update(found, truth)
    summary = metric.compute()
    classes = summary["classes"].reshape(-1).tolist()
    return Curves(
        _of_all_labels(summary["precision"].double().numpy(), classes, axis=2),
        _of_all_labels(summary["recall"].double().numpy(), classes, axis=1),
    )


def _by_picture(arrays: BoxArrays, num_pictures: int, **more: Any) -> list[dict[str, Any]]:
    columns = {"boxes": arrays.boxes.astype(np.float32), "labels": arrays.labels, **more}
    counts = np.bincount(arrays.pictures, minlength=num_pictures + 1)[1:].tolist()
    split = {key: torch.from_numpy(values).split(counts) for key, values in columns.items()}
    return [{key: split[key][number] for key in split} for number in range(num_pictures)]


def _of_all_labels(curves: FloatArray, classes: list[int], axis: int) -> FloatArray:
    """Give each label its curves: torchmetrics leaves out what neither truth nor finds hold."""
    shape = list(curves.shape)
    shape[axis] = len(LABELS)
    complete = np.moveaxis(np.full(shape, -1.0), axis, 0)
    for position, label in enumerate(classes):
        if label in LABELS:
            complete[LABELS.index(label)] = np.take(curves, position, axis)
    return np.moveaxis(complete, 0, axis)
