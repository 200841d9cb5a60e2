"""What several models found in one picture, in one piece."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from digitdet.evaluation.coco.arrays import FloatArray, IntArray
from digitdet.structures import Prediction


@dataclass(frozen=True)
class Candidates:
    """N detections of one picture.

    Attributes:
        boxes: (N, 4) float64, xyxy in pixels.
        labels: (N,) int64, 1 to 10 (digit + 1).
        scores: (N,) float64, 0 to 1.
        models: (N,) int64, the model that each is of, from 0.
    """

    boxes: FloatArray
    labels: IntArray
    scores: FloatArray
    models: IntArray

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, rows: IntArray) -> "Candidates":
        """Return some of them: by their positions."""
        return Candidates(self.boxes[rows], self.labels[rows], self.scores[rows], self.models[rows])

    def by_score(self) -> "Candidates":
        """Return them by falling score; equal ones keep their order."""
        return self.take(np.argsort(-self.scores, kind="stable"))


def join(predictions: Sequence[Prediction]) -> Candidates:
    """Put the predictions of several models, at least one, behind one another."""
    counts = [len(prediction["scores"]) for prediction in predictions]
    boxes = torch.cat([prediction["boxes"] for prediction in predictions])
    scores = torch.cat([prediction["scores"] for prediction in predictions])
    return Candidates(
        boxes=boxes.cpu().double().numpy(),
        labels=torch.cat([prediction["labels"] for prediction in predictions]).cpu().numpy(),
        scores=scores.cpu().double().numpy(),
        models=np.repeat(np.arange(len(predictions)), counts),
    )


def to_prediction(candidates: Candidates, device: torch.device | None = None) -> Prediction:
    """Turn candidates into a prediction: float32, by falling score.

    Args:
        candidates: The candidates, in any order; equal scores keep it.
        device: Where the tensors go; the CPU if None.
    """
    scores = candidates.scores.astype(np.float32)  # rounding makes more of them equal
    order = np.argsort(-scores, kind="stable")
    columns = candidates.boxes[order].astype(np.float32), candidates.labels[order], scores[order]
    boxes, labels, scores_ = (torch.from_numpy(column).to(device) for column in columns)
    return {"boxes": boxes, "labels": labels, "scores": scores_}
