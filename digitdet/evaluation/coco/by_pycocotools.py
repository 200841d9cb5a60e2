"""COCO's evaluation by pycocotools, COCO's own implementation."""

import contextlib
import io
from typing import Any

from digitdet.evaluation.coco.arrays import BoxArrays, CocoArrays, Curves, FloatArray
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
    from pycocotools.cocoeval import COCOeval

    truth = _annotations(arrays.truth, ranges.sizes(arrays.truth.boxes))
    for annotation, crowd in zip(truth, arrays.iscrowd.tolist(), strict=True):
        annotation["iscrowd"] = int(crowd)
    found = _annotations(arrays.found, ranges.sizes(arrays.found.boxes))
    for annotation, score in zip(found, arrays.scores.tolist(), strict=True):
        annotation["score"] = score
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(
            _index(arrays.num_pictures, truth), _index(arrays.num_pictures, found), "bbox"
        )
        params = evaluation.params
        params.iouThrs, params.recThrs = IOU_THRESHOLDS, RECALL_THRESHOLDS
        params.maxDets = list(MAX_DETECTIONS)
        params.areaRng, params.areaRngLbl = ranges.bounds, ranges.names
        evaluation.evaluate()
        evaluation.accumulate()
    return Curves(evaluation.eval["precision"], evaluation.eval["recall"])


def _annotations(arrays: BoxArrays, sizes: FloatArray) -> list[dict[str, Any]]:
    columns = (arrays.pictures, arrays.boxes, arrays.labels, sizes)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        {
            "id": number,  # from 1: pycocotools takes 0 for no match
            "image_id": picture,
            "bbox": box,
            "category_id": label,
            "area": size,
            "iscrowd": 0,
        }
        for number, (picture, box, label, size) in enumerate(rows, 1)
    ]


def _index(num_pictures: int, annotations: list[dict[str, Any]]) -> Any:
    from pycocotools.coco import COCO

    coco = COCO()
    coco.dataset = {
        "images": [{"id": number} for number in range(1, num_pictures + 1)],
        "annotations": annotations,
        "categories": [{"id": label} for label in LABELS],
    }
    coco.createIndex()
    return coco
