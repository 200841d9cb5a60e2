"""Pictures in which what is found, and how surely, is planted."""

from collections.abc import Callable, Sequence

import pytest
import torch

from digitdet.evaluation.results import Result
from digitdet.structures import Prediction, Target

Digit = tuple[str, float]  # a digit with its score, from left to right


@pytest.fixture(scope="session")
def picture() -> Callable[[int, str, Sequence[Digit]], Result]:
    """Returns a function that makes the result of a picture, of its id, number and detections."""

    def make(image_id: int, number: str, found: Sequence[Digit]) -> Result:
        rows = [
            (score, [10.0 * place, 0, 10.0 * place + 9, 20], int(digit) + 1)
            for place, (digit, score) in enumerate(found)
        ]
        rows.sort(key=lambda row: -row[0])
        prediction: Prediction = {
            "boxes": torch.tensor([box for _, box, _ in rows]).reshape(-1, 4),
            "labels": torch.tensor([label for _, _, label in rows], dtype=torch.int64),
            "scores": torch.tensor([score for score, _, _ in rows], dtype=torch.float32),
        }
        truth = [[10.0 * place, 0, 10.0 * place + 9, 20] for place in range(len(number))]
        target: Target = {
            "image_id": image_id,
            "boxes": torch.tensor(truth).reshape(-1, 4),
            "labels": torch.tensor([int(digit) + 1 for digit in number], dtype=torch.int64),
            "iscrowd": torch.zeros(len(number), dtype=torch.bool),
            "source": f"{image_id}.png",
        }
        return prediction, target

    return make
