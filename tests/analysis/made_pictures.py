"""Pictures written out by hand: a detection or a true box is a short row."""

from collections.abc import Sequence

import torch

from digitdet.evaluation.results import Result
from digitdet.structures import Prediction, Target

Corners = tuple[float, float, float, float]  # xyxy in pixels


def picture(
    found: Sequence[tuple[Corners, int, float]],
    truth: Sequence[tuple[Corners, int]],
    crowds: Sequence[int] = (),
    image_id: int = 1,
) -> Result:
    """Return a prediction (boxes, digits, scores) and its target (boxes, digits).

    Args:
        found: Box, digit and score of each detection.
        truth: Box and digit of each true box.
        crowds: Rows of the true boxes that are crowds.
        image_id: The picture's id.
    """
    prediction = Prediction(
        boxes=torch.tensor([box for box, *_ in found], dtype=torch.float32).reshape(-1, 4),
        labels=torch.tensor([digit + 1 for _, digit, _ in found], dtype=torch.int64),
        scores=torch.tensor([score for *_, score in found], dtype=torch.float32),
    )
    target = Target(
        image_id=image_id,
        boxes=torch.tensor([box for box, _ in truth], dtype=torch.float32).reshape(-1, 4),
        labels=torch.tensor([digit + 1 for _, digit in truth], dtype=torch.int64),
        iscrowd=torch.tensor([row in crowds for row in range(len(truth))], dtype=torch.bool),
        source=f"{image_id}.png",
    )
    return prediction, target
