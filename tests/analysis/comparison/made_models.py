"""Two models whose readings are chosen picture by picture."""

from collections.abc import Sequence

import torch

from digitdet.analysis.comparison.models import Model
from digitdet.evaluation.results import Result
from digitdet.registry import READERS
from digitdet.structures import Prediction, Target

READER = {"type": "LeftToRightReader", "score_threshold": 0.5}
SCORE = 0.9


def made_result(image_id: int, true: str, found: str) -> Result:
    """A picture with a number, and its digits as a model finds them, ``-`` where it does not."""
    lefts = torch.arange(len(true)) * 20.0
    boxes = torch.stack([lefts, lefts * 0 + 4, lefts + 12, lefts * 0 + 28], dim=1)
    is_found = torch.tensor([digit != "-" for digit in found], dtype=torch.bool)
    labels = [int(digit) + 1 for digit in found if digit != "-"]
    target = Target(
        image_id=image_id,
        boxes=boxes,
        labels=torch.tensor([int(digit) + 1 for digit in true], dtype=torch.int64),
        iscrowd=torch.zeros(len(true), dtype=torch.bool),
        source=f"{image_id}.png",
    )
    prediction = Prediction(
        boxes=boxes[is_found],
        labels=torch.tensor(labels, dtype=torch.int64),
        scores=torch.full((len(labels),), SCORE),
    )
    return prediction, target


def made_model(name: str, readings: Sequence[tuple[str, str]]) -> Model:
    """A model that finds the second of each pair where the first stands."""
    results = [made_result(number, *pair) for number, pair in enumerate(readings, 1)]
    return Model(name, results, READERS.build(dict(READER)))


def made_pair(both: int, only_a: int, only_b: int, neither: int) -> tuple[Model, Model]:
    """Two models that read so many pictures."""
    a = [*["7"] * (both + only_a), *["-"] * (only_b + neither)]
    b = [*["7"] * both, *["-"] * only_a, *["7"] * only_b, *["-"] * neither]
    return (
        made_model("old", [("7", found) for found in a]),
        made_model("new", [("7", found) for found in b]),
    )
