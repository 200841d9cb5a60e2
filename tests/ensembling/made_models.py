"""Made detections of several models in one picture."""

import numpy as np
import torch

from digitdet.structures import Prediction


def prediction(boxes: list[list[float]], labels: list[int], scores: list[float]) -> Prediction:
    """A prediction; boxes are xyxy."""
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
        "scores": torch.tensor(scores, dtype=torch.float32),
    }


def draw_models(
    seed: int, num_models: int = 3, num_digits: int = 8, levels: int | None = None
) -> list[Prediction]:
    """Models that find most of the same digits, each moved a little, and false boxes beside them.

    Args:
        seed: Of all draws.
        num_models: How many predictions to make.
        num_digits: Digits in the picture, some of them beyond its edges.
        levels: Scores are rounded to so many, so that many are equal; None for distinct ones.
    """
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-30, 300, (num_digits, 2))
    digits = np.concatenate([corners, corners + rng.uniform(12, 60, (num_digits, 2))], axis=1)
    labels = rng.integers(1, 4, num_digits)
    models = []
    for _ in range(num_models):
        found = rng.random(num_digits) < 0.8
        copies = np.concatenate([digits[found], digits[found][: num_digits // 3]])
        # Less than half of the narrowest digit: no box is turned inside out.
        boxes = copies + rng.normal(0, 3, copies.shape).clip(-5, 5)
        of_boxes = np.concatenate([labels[found], labels[found][: num_digits // 3]])
        scores = rng.uniform(0.05, 1, len(boxes))
        if levels:
            scores = np.ceil(scores * levels) / levels
        order = np.argsort(-scores, kind="stable")
        models.append(
            prediction(boxes[order].tolist(), of_boxes[order].tolist(), scores[order].tolist())
        )
    return models


def iou(one: list[float], other: list[float]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return across * down / (sum(areas) - across * down)
