"""Reads one number from left to right."""

import torch

from digitdet.labels import label_to_digit
from digitdet.readers.settings import check_share
from digitdet.registry import READERS
from digitdet.structures import Number, Prediction


@READERS.register_module()
class LeftToRightReader:
    """Reads the digits of a picture as one number, ordered by their left edges.

    Args:
        score_threshold: Digits that score less are left out, 0 to 1.

    Raises:
        ValueError: If ``score_threshold`` is out of its range.
    """

    def __init__(self, score_threshold: float = 0.7) -> None:
        self.score_threshold = check_share(score_threshold, "score_threshold")

    def __call__(self, prediction: Prediction) -> list[Number]:
        """Read a picture.

        Args:
            prediction: Its detections, in any order.

        Returns:
            The one number, or an empty list where no digit scores enough. Equal left edges keep
            all their digits, ordered by right edge, then top edge, then label.
        """
        kept = torch.nonzero(prediction["scores"] >= self.score_threshold).flatten().tolist()
        if not kept:
            return []
        boxes, labels = prediction["boxes"].tolist(), prediction["labels"].tolist()
        order = sorted(
            kept, key=lambda i: (boxes[i][0], boxes[i][2], boxes[i][1], boxes[i][3], labels[i])
        )
        scores = prediction["scores"][order]
        return [
            Number(
                text="".join(str(label_to_digit(labels[i])) for i in order),
                boxes=prediction["boxes"][order],
                scores=scores,
                confidence=float(scores.prod()),
            )
        ]
