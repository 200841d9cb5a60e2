"""Predictions with planted errors: how many of which kind, and where, is known.

Every true box that stands clear of the others may bear one error; all others are found. What is
planted can be nothing else: it overlaps no other true box by more than `CLEAR`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from digitdet.analysis.errors import Verdict
from digitdet.datasets.annotations import read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.evaluation.results import Result
from digitdet.evaluation.saved_predictions import load_targets
from digitdet.evaluation.submission import to_detections
from digitdet.structures import Prediction, Target
from digitdet.whole_files import write_json

Box = tuple[float, float, float, float]  # xyxy in pixels
Row = tuple[Box, int, float, Verdict, int]  # box, label, score, what it is, row of its true box
CLEAR = 0.05
ASIDE = 0.54  # of its width or height: an IoU of .3


@dataclass(frozen=True)
class Planting:
    """Results, and what was planted in them, picture by picture.

    Attributes:
        results: Prediction and target of each picture.
        verdicts: What each detection is, by the prediction's rows.
        partners: The row of the true box that each belongs to; -1 for background.
        missed: The rows of the true boxes that are missed.
    """

    results: list[Result] = field(default_factory=list)
    verdicts: list[list[Verdict]] = field(default_factory=list)
    partners: list[list[int]] = field(default_factory=list)
    missed: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A true box that may bear an error, and what stands around it."""

    picture: int
    row: int
    box: Box
    label: int
    others: list[Box]
    absent: list[int]  # labels that the picture does not hold


def plant_errors(
    targets: Sequence[Target],
    counts: Mapping[Verdict, int],
    seed: int = 0,
    sizes: Sequence[tuple[int, int]] | None = None,
) -> Planting:
    """Find all digits of a truth, but for errors at random places.

    Args:
        targets: The truth.
        counts: Kind of error -> how many.
        seed: Of the draws.
        sizes: Height and width of each picture, which no box then leaves; None for endless ones.

    Raises:
        ValueError: If there are not enough places.
    """
    rng = np.random.default_rng(seed)
    limits = [(1e6, 1e6)] * len(targets) if sizes is None else sizes
    places = _places(rng, targets)
    planted: dict[tuple[int, int], list[Row]] = {}
    for kind, count in counts.items():
        for _ in range(0 if kind is Verdict.BACKGROUND else count):
            place, rows = _plant(rng, kind, places, limits)
            planted[place.picture, place.row] = rows
    for number in range(counts.get(Verdict.BACKGROUND, 0)):
        picture, row = _invent(rng, targets, limits)
        planted[picture, -1 - number] = [row]
    by_picture: list[dict[int, list[Row]]] = [{} for _ in targets]
    for (picture, row), rows in planted.items():
        by_picture[picture][row] = rows
    planting = Planting()
    for target, errors in zip(targets, by_picture, strict=True):
        _add(rng, planting, target, errors)
    return planting


def plant_file(
    ann_file: Path, pred_file: Path, counts: Mapping[Verdict, int], seed: int = 0
) -> Planting:
    """Write a ``pred.json`` with planted errors for an annotation file; see `plant_errors`."""
    annotations = read_annotations(ann_file)
    sizes = [tuple(size) for size in annotations.sizes.tolist()]
    planting = plant_errors(load_targets(annotations), counts, seed, sizes)
    ids = complete_category_ids(annotations.category_ids)
    entries = [to_detections(t["image_id"], p, ids) for p, t in planting.results]
    write_json(pred_file, [entry for picture in entries for entry in picture])
    return planting


def overlap(one: Box, other: Box) -> float:
    """Return intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)


def _boxes(target: Target) -> list[Box]:
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in target["boxes"].tolist()]


def _places(rng: np.random.Generator, targets: Sequence[Target]) -> Iterator[Place]:
    """Go through the true boxes that stand clear of the others, in random order."""
    slots = [(index, row) for index, t in enumerate(targets) for row in range(len(t["labels"]))]
    for index, row in (slots[slot] for slot in rng.permutation(len(slots))):
        boxes, labels = _boxes(targets[index]), targets[index]["labels"].tolist()
        box, others = boxes[row], boxes[:row] + boxes[row + 1 :]
        absent = sorted(set(range(1, 11)) - set(labels))
        is_large = min(box[2] - box[0], box[3] - box[1]) >= 4
        if is_large and absent and _is_clear(box, others) and not targets[index]["iscrowd"][row]:
            yield Place(index, row, box, labels[row], others, absent)


def _is_clear(box: Box, others: Sequence[Box]) -> bool:
    return all(overlap(box, other) <= CLEAR for other in others)


def _plant(
    rng: np.random.Generator,
    kind: Verdict,
    places: Iterator[Place],
    limits: Sequence[tuple[float, float]],
) -> tuple[Place, list[Row]]:
    """Make an error of a kind at the next place that has room for it."""
    for place in places:
        right = _right(rng, place.box, place.label, place.row)
        wrong = int(rng.choice(place.absent))
        aside = _step_aside(rng, place, limits[place.picture])
        if kind is Verdict.MISSED:
            return place, []
        if kind is Verdict.DUPLICATE:
            box, label, score, *_ = _right(rng, place.box, place.label, place.row)
            return place, [right, (box, label, right[2] * score, kind, place.row)]
        if kind is Verdict.WRONG_DIGIT:
            return place, [(right[0], wrong, right[2], kind, place.row)]
        if kind is Verdict.BADLY_PLACED and aside:
            return place, [(aside, place.label, right[2], kind, place.row)]
        if kind is Verdict.BOTH and aside:
            return place, [right, (aside, wrong, _score(rng), kind, place.row)]
    raise ValueError(f"there are too few places for errors of the kind {kind}")


def _right(rng: np.random.Generator, box: Box, label: int, row: int) -> Row:
    """Return a detection that lies a little inside the true box, by 3 % at each side at most."""
    width, height = box[2] - box[0], box[3] - box[1]
    left, top, right, bottom = rng.uniform(0, 0.03, 4).tolist()
    inside = (
        *(box[0] + left * width, box[1] + top * height),
        *(box[2] - right * width, box[3] - bottom * height),
    )
    return inside, label, _score(rng), Verdict.RIGHT, row


def _score(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.2, 1))


def _step_aside(rng: np.random.Generator, place: Place, limits: tuple[float, float]) -> Box | None:
    """Move the place's box up, down, left or right, if it is then clear of the others."""
    x1, y1, x2, y2 = place.box
    for x, y in rng.permutation([(1, 0), (-1, 0), (0, 1), (0, -1)]).tolist():
        right, down = ASIDE * x * (x2 - x1), ASIDE * y * (y2 - y1)
        moved = x1 + right, y1 + down, x2 + right, y2 + down
        if _is_within(moved, limits) and _is_clear(moved, place.others):
            return moved
    return None


def _is_within(box: Box, limits: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[3] <= limits[0] and box[2] <= limits[1]


def _invent(
    rng: np.random.Generator, targets: Sequence[Target], limits: Sequence[tuple[float, float]]
) -> tuple[int, Row]:
    """Make a detection in a random picture where no digit stands."""
    for _ in range(1000):
        picture = int(rng.integers(len(targets)))
        boxes = _boxes(targets[picture])
        height = float(rng.uniform(8, 40))
        bottom, right = (min(limit, 300.0) for limit in limits[picture])
        x, y = rng.uniform(0, 1, 2) * (right - height / 2, bottom - height)
        box = float(x), float(y), float(x) + height / 2, float(y) + height
        if _is_within(box, limits[picture]) and _is_clear(box, boxes):
            label = int(rng.integers(1, 11))
            return picture, (box, label, _score(rng), Verdict.BACKGROUND, -1)
    raise ValueError("there is too little background in the pictures")


def _add(
    rng: np.random.Generator, planting: Planting, target: Target, errors: dict[int, list[Row]]
) -> None:
    rows = [row for place, planted in errors.items() if place < 0 for row in planted]
    for place, (box, label) in enumerate(
        zip(_boxes(target), target["labels"].tolist(), strict=True)
    ):
        if not target["iscrowd"][place]:
            rows += errors.get(place, [_right(rng, box, label, place)])
    rows.sort(key=lambda row: -row[2])
    prediction = Prediction(
        boxes=torch.tensor([row[0] for row in rows], dtype=torch.float32).reshape(-1, 4),
        labels=torch.tensor([row[1] for row in rows], dtype=torch.int64),
        scores=torch.tensor([row[2] for row in rows], dtype=torch.float32),
    )
    planting.results.append((prediction, target))
    planting.verdicts.append([row[3] for row in rows])
    planting.partners.append([row[4] for row in rows])
    planting.missed.append(sorted(place for place, planted in errors.items() if not planted))
