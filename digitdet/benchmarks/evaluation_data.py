"""Made predictions of pictures like SVHN's."""

import numpy as np
import torch
from numpy.typing import NDArray

from digitdet.evaluation.results import Result
from digitdet.labels import DIGITS
from digitdet.structures import Prediction, Target

NUM_DIGITS = (5137, 18130, 8691, 1434, 9, 1)  # pictures of SVHN's training part with 1 to 6
HEIGHT = 29, 0.48  # median in pixels, and spread of its logarithm: 5 % below 13, 5 % above 64
ASPECT = 0.5  # width over height
FOUND, RIGHT = 0.9, 0.9  # shares of the digits that are found, and of these with their own label


def draw_results(num_pictures: int, num_detections: int, seed: int = 0) -> list[Result]:
    """Draw pictures with their truth and detections.

    Args:
        num_pictures: How many.
        num_detections: Detections in each; those beyond the found digits are false.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    shares = np.array(NUM_DIGITS) / sum(NUM_DIGITS)
    counts = rng.choice(len(shares), num_pictures, p=shares) + 1
    return [
        _draw_picture(rng, number, int(count), num_detections)
        for number, count in enumerate(counts, 1)
    ]


def _draw_picture(rng: np.random.Generator, number: int, count: int, detections: int) -> Result:
    height = float(HEIGHT[0] * np.exp(HEIGHT[1] * rng.standard_normal()))
    width = ASPECT * height
    left, top = width * (1 + np.arange(count)), np.full(count, height / 2)
    truth = np.round(np.stack([left, top, left + width, top + height], axis=1))
    labels = rng.integers(1, len(DIGITS) + 1, count)
    found = np.flatnonzero(rng.random(count) < FOUND)[:detections]
    shifted = truth[found] + rng.normal(0, height / 20, (len(found), 4))
    invented = detections - len(found)
    corners = rng.random((invented, 2)) * (width * (count + 2), height)
    false = np.concatenate([corners, corners + np.array([width, height])], axis=1)
    others = rng.integers(1, len(DIGITS) + 1, detections)
    mistaken = others[: len(found)]
    found_labels = np.where(rng.random(len(found)) < RIGHT, labels[found], mistaken)
    scores = np.concatenate([0.5 + rng.random(len(found)) / 2, rng.random(invented) * 0.6])
    all_labels = np.concatenate([found_labels, others[len(found) :]])
    prediction = _prediction(np.concatenate([shifted, false]), all_labels, scores)
    target = Target(
        image_id=number,
        boxes=torch.tensor(truth, dtype=torch.float32),
        labels=torch.tensor(labels),
        iscrowd=torch.zeros(count, dtype=torch.bool),
        source=f"{number}.png",
    )
    return prediction, target


def _prediction(
    boxes: NDArray[np.float64], labels: NDArray[np.int64], scores: NDArray[np.float64]
) -> Prediction:
    order = np.argsort(-scores)
    return Prediction(
        boxes=torch.tensor(boxes[order], dtype=torch.float32),
        labels=torch.tensor(labels[order]),
        scores=torch.tensor(scores[order], dtype=torch.float32),
    )
