"""COCO's evaluation by hotcoco, which takes arrays."""

from typing import Any

import numpy as np

from digitdet.evaluation.coco.arrays import CocoArrays, Curves
from digitdet.evaluation.coco.settings import (
    IOU_THRESHOLDS,
    LABELS,
    MAX_DETECTIONS,
    RECALL_THRESHOLDS,
    SizeRanges,
)


def compute_curves(arrays: CocoArrays, ranges: SizeRanges) -> Curves:
    """Evaluate the detections of a split.

    Args:
        arrays: Truth and detections.
        ranges: The ranges of size.
    """
    from hotcoco import COCO, COCOeval

    truth, found = arrays.truth, arrays.found
    coco = COCO.from_arrays(
        [{"id": number} for number in range(1, arrays.num_pictures + 1)],
        [{"id": label, "name": str(label)} for label in LABELS],
        truth.pictures,
        truth.labels,
        truth.boxes,
        area=ranges.sizes(truth.boxes),
        iscrowd=arrays.iscrowd,
    )
    columns = (found.pictures, *found.boxes.T, arrays.scores, found.labels)
    detections = coco.load_res(np.stack(columns, axis=1))
    if ranges.measure != "area":  # which `load_res` computes by itself
        ids = np.arange(1, len(found.boxes) + 1)
        detections.update_anns(ids=ids, area=ranges.sizes(found.boxes))
    evaluation = COCOeval(coco, detections, "bbox")
    params = evaluation.params
    params.iou_thrs, params.rec_thrs = IOU_THRESHOLDS.tolist(), RECALL_THRESHOLDS.tolist()
    params.max_dets = list(MAX_DETECTIONS)
    params.area_rng = [list(pair) for pair in ranges.bounds]
    params.area_rng_lbl = list(ranges.names)
    evaluation.evaluate()
    evaluation.accumulate()
    curves: Any = evaluation.eval  # None before `accumulate`
    return Curves(curves["precision"], curves["recall"])
