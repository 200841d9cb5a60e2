"""Made splits, and their figures by COCOeval itself."""

import contextlib
import io
from typing import Any

import numpy as np
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch import Tensor

from digitdet.evaluation import DigitMetric

Sample = tuple[dict[str, Any], dict[str, Any]]
TWELVE = [
    *("map", "map_50", "map_75", "map_small", "map_medium", "map_large"),
    *("mar_1", "mar_10", "mar_100", "mar_small", "mar_medium", "mar_large"),
]
HEIGHTS = {"0_12": (0, 12), "12_24": (12, 24), "24_48": (24, 48), "48_up": (48, 1e10)}
OF_HEIGHTS = [f"map_height_{name}" for name in HEIGHTS]
NAMES = [*TWELVE, *OF_HEIGHTS, *(f"ap_{digit}" for digit in range(10))]
# torchmetrics holds boxes in float32.
TOLERANCES = {"hotcoco": 1e-6, "pycocotools": 1e-6, "torchmetrics": 1e-4}


def sample(
    image_id: int,
    truth: Tensor,
    truth_labels: Tensor,
    boxes: Tensor,
    labels: Tensor,
    scores: Tensor,
    iscrowd: Tensor | None = None,
) -> Sample:
    """A prediction and its target; boxes are xyxy."""
    crowd = torch.zeros(len(truth_labels), dtype=torch.bool) if iscrowd is None else iscrowd
    return (
        {"boxes": boxes.reshape(-1, 4), "labels": labels, "scores": scores},
        {
            "image_id": image_id,
            "boxes": truth.reshape(-1, 4),
            "labels": truth_labels,
            "iscrowd": crowd,
            "source": f"{image_id}.png",
        },
    )


def draw_split(
    seed: int, num_pictures: int, most_digits: int = 6, crowd: float = 0.0, extra: int = 3
) -> list[Sample]:
    """Pictures with shifted, missed, mistaken and invented digits, on a grid of quarter pixels."""
    rng = np.random.default_rng(seed)
    split = []
    for number in range(num_pictures):
        count = int(rng.integers(0, most_digits + 1))
        corners = rng.integers(0, 400, (count, 2))
        truth = np.concatenate([corners, corners + rng.integers(20, 200, (count, 2))], 1) / 4
        truth_labels = rng.integers(1, 11, count)
        found = rng.random(count) < 0.8
        boxes = truth[found] + rng.integers(-12, 13, (int(found.sum()), 4)) / 4
        labels = np.where(rng.random(len(boxes)) < 0.85, truth_labels[found], 4)
        invented = int(rng.integers(0, extra + 1))
        corners = rng.integers(0, 400, (invented, 2))
        false = np.concatenate([corners, corners + rng.integers(20, 200, (invented, 2))], 1) / 4
        boxes = np.concatenate([boxes, false])
        labels = np.concatenate([labels, rng.integers(1, 11, invented)])
        order = np.argsort(-(scores := rng.random(len(boxes)).astype(np.float32)))
        split.append(
            sample(
                # Neither sorted nor running numbers.
                image_id=1000 - 7 * number,
                truth=torch.tensor(truth, dtype=torch.float32),
                truth_labels=torch.tensor(truth_labels, dtype=torch.int64),
                boxes=torch.tensor(boxes[order], dtype=torch.float32),
                labels=torch.tensor(labels[order], dtype=torch.int64),
                scores=torch.tensor(scores[order]),
                iscrowd=torch.tensor(rng.random(count) < crowd, dtype=torch.bool),
            )
        )
    return split


def tie(split: list[Sample], levels: int) -> list[Sample]:
    """Round scores up to few levels, so that many are equal within and across pictures."""
    tied = []
    for prediction, target in split:
        scores = (prediction["scores"] * levels).ceil() / levels
        tied.append(({**prediction, "scores": scores}, target))
    return tied


def evaluate(split: list[Sample], backend: str = "auto", batch_size: int = 3) -> dict[str, float]:
    metric = DigitMetric(backend)
    for start in range(0, len(split), batch_size):
        part = split[start : start + batch_size]
        metric.process({"targets": [t for _, t in part]}, [p for p, _ in part])
    return metric.evaluate(len(split))


def xywh(box: list[float]) -> list[float]:
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def by_pycocotools(split: list[Sample], *, with_heights: bool = True) -> dict[str, float]:
    """The same figures by COCOeval itself, on files' content."""
    truth, found = [], []
    for prediction, target in split:
        rows = zip(target["boxes"], target["labels"], target["iscrowd"], strict=True)
        for box, label, crowd in rows:
            bbox = xywh(box.tolist())
            truth.append(
                {
                    "id": len(truth) + 1,
                    "image_id": target["image_id"],
                    "bbox": bbox,
                    "area": bbox[2] * bbox[3],
                    "category_id": int(label),
                    "iscrowd": int(crowd),
                }
            )
        rows = zip(prediction["boxes"], prediction["labels"], prediction["scores"], strict=True)
        found += [
            {
                "image_id": target["image_id"],
                "bbox": (bbox := xywh(box.tolist())),
                "area": bbox[2] * bbox[3],
                "category_id": int(label),
                "score": float(score),
                "iscrowd": 0,
                "id": number,
            }
            for number, (box, label, score) in enumerate(rows, len(found) + 1)
        ]
    evaluation = cocoeval(split, truth, found)
    figures = dict(zip(TWELVE, evaluation.stats.tolist(), strict=True))
    for digit in range(10):
        figures[f"ap_{digit}"] = mean(evaluation.eval["precision"][:, :, digit, 0, -1])
    for annotation in [*truth, *found]:
        annotation["area"] = annotation["bbox"][3]
    for name, (low, high) in HEIGHTS.items() if with_heights else ():
        evaluation = cocoeval(split, truth, found, [low, high - 1e-9])
        figures[f"map_height_{name}"] = mean(evaluation.eval["precision"][..., 0, -1])
    return figures


def mean(precision: Any) -> float:
    valid = precision[precision > -1]
    return float(valid.mean()) if len(valid) else -1.0


def cocoeval(
    split: list[Sample], truth: list[Any], found: list[Any], sizes: list[float] | None = None
) -> Any:
    """Evaluate files' content; with ``sizes``, the areas of that range alone, as they are given."""
    with contextlib.redirect_stdout(io.StringIO()):
        coco, detections = COCO(), COCO()
        for part, annotations in ((coco, truth), (detections, found)):
            part.dataset = {
                "images": [{"id": target["image_id"]} for _, target in split],
                "annotations": annotations,
                "categories": [{"id": digit + 1} for digit in range(10)],
            }
            part.createIndex()
        evaluation = COCOeval(coco, detections, "bbox")
        if sizes:
            evaluation.params.areaRng, evaluation.params.areaRngLbl = [sizes], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
        if not sizes:
            evaluation.summarize()
    return evaluation
