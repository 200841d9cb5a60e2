"""Non-maximum suppression across models: the surest box of a digit stays as it is."""

import numpy as np
import torch
from torchvision.ops import batched_nms

from digitdet.ensembling.candidates import Candidates
from digitdet.evaluation.coco.arrays import FloatArray


def fuse_by_nms(found: Candidates, weights: FloatArray, iou: float) -> Candidates:
    """Drop each box that overlaps a surer one of the same digit.

    Args:
        found: What all models found, in their order.
        weights: (T,) the models' weights, at most 1; scores are multiplied by them.
        iou: Intersection over union above which the less sure box is dropped. Of equally sure
            ones the first model's stays.

    Returns:
        Those that stay, by falling score.
    """
    weighted = Candidates(
        found.boxes, found.labels, found.scores * weights[found.models], found.models
    ).by_score()
    if not len(weighted):
        return weighted
    # torchvision moves each class by its number times the largest coordinate: where one is
    # negative, classes would meet, and in float32 the distance costs digits.
    boxes = torch.from_numpy(weighted.boxes - weighted.boxes.min())
    scores, labels = torch.from_numpy(weighted.scores), torch.from_numpy(weighted.labels)
    kept = batched_nms(boxes, scores, labels, iou).numpy()
    return weighted.take(np.sort(kept))
