"""Detections as rows, and as a model gives them."""

from collections.abc import Sequence

import torch

from digitdet.structures import Prediction

Row = tuple[float, float, float, float, int, float]
"""x1, y1, x2, y2, digit, score."""


def to_prediction(rows: Sequence[Row]) -> Prediction:
    """Make a prediction of rows, in their order."""
    return {
        "boxes": torch.tensor([row[:4] for row in rows], dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor([row[4] + 1 for row in rows], dtype=torch.int64),
        "scores": torch.tensor([row[5] for row in rows], dtype=torch.float32),
    }
