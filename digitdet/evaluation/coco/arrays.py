"""The results of a split as flat arrays, and the curves that an evaluation gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from digitdet.evaluation.results import Result
from digitdet.structures import Target

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class BoxArrays:
    """The boxes of all pictures.

    Attributes:
        pictures: (N,) int64, the picture that each lies in, 1 to `CocoArrays.num_pictures`.
        boxes: (N, 4) float64, xywh in pixels.
        labels: (N,) int64, 1 to 10.
    """

    pictures: IntArray
    boxes: FloatArray
    labels: IntArray


@dataclass(frozen=True)
class CocoArrays:
    """Truth and detections of a split.

    Pictures are counted from 1 by rising image id: where detections of several pictures have the
    same score, their order decides, and COCO's is that of the ids.

    Attributes:
        num_pictures: Number of pictures.
        truth: The true boxes.
        iscrowd: (N,) bool, for each true box.
        found: The detections.
        scores: (M,) float64, for each detection.
    """

    num_pictures: int
    truth: BoxArrays
    iscrowd: NDArray[np.bool_]
    found: BoxArrays
    scores: FloatArray


@dataclass(frozen=True)
class Curves:
    """What COCO's evaluation accumulates; -1 where there is no truth to find.

    The axes are T IoU thresholds, R recall thresholds, the 10 labels, S ranges of size, and the
    most detections a picture: 1, 10, 100.

    Attributes:
        precision: (T, R, 10, S, 3) float64.
        recall: (T, 10, S, 3) float64.
    """

    precision: FloatArray
    recall: FloatArray


def to_arrays(results: Sequence[Result]) -> CocoArrays:
    """Turn results, with image ids that are unique, into flat arrays.

    Args:
        results: Prediction and target of each picture, in any order.

    Raises:
        ValueError: If a box or score of a detection is infinite or not a number: evaluations
            rank it by chance.
    """
    ordered = sorted(results, key=lambda result: result[1]["image_id"])
    predictions = [prediction for prediction, _ in ordered]
    targets = [target for _, target in ordered]
    crowd = [target["iscrowd"] for target in targets]
    scores = [prediction["scores"] for prediction in predictions]
    arrays = CocoArrays(
        num_pictures=len(ordered),
        truth=_boxes(targets),
        iscrowd=_flat(crowd).numpy().astype(bool),
        found=_boxes(predictions),
        scores=_flat(scores).double().numpy(),
    )
    _check_finite(arrays, targets)
    return arrays


def _check_finite(arrays: CocoArrays, targets: Sequence[Target]) -> None:
    rows = np.column_stack([arrays.found.boxes, arrays.scores])
    if not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        source = targets[arrays.found.pictures[bad] - 1]["source"]
        raise ValueError(
            f"{source}: a detection has the box (xywh) {rows[bad, :4].tolist()} and the score "
            f"{rows[bad, 4]}; the model's weights or its input hold values that are not finite"
        )


def _boxes(records: Sequence[Any]) -> BoxArrays:
    counts = [len(record["boxes"]) for record in records]
    xyxy = _flat([record["boxes"] for record in records]).double().reshape(-1, 4).numpy()
    with np.errstate(invalid="ignore"):  # what is not finite is refused by its picture
        sides = xyxy[:, 2:] - xyxy[:, :2]
    return BoxArrays(
        pictures=np.repeat(np.arange(1, len(records) + 1), counts),
        boxes=np.concatenate([xyxy[:, :2], sides], axis=1),
        labels=_flat([record["labels"] for record in records]).long().numpy(),
    )


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat(list(tensors)) if tensors else torch.zeros(0)
