import contextlib
import io
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch import Tensor

from digitdet.evaluation import DigitMetric

Sample = tuple[dict[str, Any], dict[str, Any]]
NAMES = ["map", "map_50", "map_75", *(f"ap_{digit}" for digit in range(10))]


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


def evaluate(split: list[Sample], batch_size: int = 3) -> dict[str, float]:
    metric = DigitMetric()
    for start in range(0, len(split), batch_size):
        part = split[start : start + batch_size]
        metric.process({"targets": [t for _, t in part]}, [p for p, _ in part])
    return metric.evaluate(len(split))


def xywh(box: list[float]) -> list[float]:
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def by_pycocotools(split: list[Sample]) -> dict[str, float]:
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
                "bbox": xywh(box.tolist()),
                "category_id": int(label),
                "score": float(score),
            }
            for box, label, score in rows
        ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": target["image_id"]} for _, target in split],
            "annotations": truth,
            "categories": [{"id": digit + 1} for digit in range(10)],
        }
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    figures = dict(zip(("map", "map_50", "map_75"), evaluation.stats[:3].tolist(), strict=True))
    for digit in range(10):
        precision = evaluation.eval["precision"][:, :, digit, 0, -1]
        valid = precision[precision > -1]
        figures[f"ap_{digit}"] = float(valid.mean()) if len(valid) else -1.0
    return figures


@pytest.mark.parametrize(
    ("num_pictures", "most_digits", "crowd", "extra"),
    [
        (1, 6, 0.0, 3),
        (40, 6, 0.0, 3),
        (40, 1, 0.0, 0),
        (40, 6, 0.3, 3),
        (4, 150, 0.1, 100),  # more than 100 detections
    ],
)
def test_figures_are_pycocotools_own(
    num_pictures: int, most_digits: int, crowd: float, extra: int
) -> None:
    split = draw_split(5, num_pictures, most_digits, crowd, extra)
    expected, actual = by_pycocotools(split), evaluate(split)
    assert 0 < expected["map"] < 1
    assert list(actual) == NAMES
    assert actual == pytest.approx(expected, abs=1e-4)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), num_pictures=st.integers(2, 12))
def test_figures_are_pycocotools_own_on_any_split(seed: int, num_pictures: int) -> None:
    split = draw_split(seed, num_pictures, crowd=0.1)
    if not any(len(prediction["boxes"]) for prediction, _ in split):
        return  # loadRes takes no empty list
    assert evaluate(split) == pytest.approx(by_pycocotools(split), abs=1e-4)


def test_the_drawn_splits_hold_what_they_should() -> None:
    split = draw_split(5, 40, crowd=0.3)
    assert any(not len(target["boxes"]) for _, target in split)
    assert any(not len(prediction["boxes"]) for prediction, _ in split)
    assert any(target["iscrowd"].any() for _, target in split)


NONE = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)
ONE = torch.tensor([[4.0, 4, 20, 30]]), torch.tensor([4])
SCORE = torch.tensor([0.9])


def test_a_split_without_any_digit_gives_minus_one() -> None:
    figures = evaluate([sample(1, *NONE, *NONE, torch.zeros(0))])
    assert figures == dict.fromkeys(NAMES, -1.0)


def test_a_split_without_any_detection_gives_zero() -> None:
    figures = evaluate([sample(1, *ONE, *NONE, torch.zeros(0))])
    assert figures == {**dict.fromkeys(NAMES, -1.0), **dict.fromkeys(NAMES[:3], 0.0), "ap_3": 0.0}


def test_a_digit_that_the_split_lacks_gives_minus_one_and_is_left_out_of_the_mean() -> None:
    wrong = torch.tensor([[40.0, 4, 60, 30]]), torch.tensor([8])
    split = [sample(1, *ONE, *ONE, SCORE), sample(2, *NONE, *wrong, SCORE)]
    figures = evaluate(split)
    assert figures["ap_7"] == -1
    assert figures["ap_3"] == pytest.approx(1)
    assert figures["map"] == pytest.approx(1)


@pytest.mark.parametrize(("position", "expected"), [(99, 1.0 / 100), (100, 0.0)])
def test_only_the_best_100_detections_of_a_digit_count(position: int, expected: float) -> None:
    left = torch.arange(130.0)[:, None] * 10
    boxes = torch.cat([left, left * 0, left + 8, left * 0 + 20], dim=1)
    labels, scores = torch.full((130,), 4), torch.linspace(0.9, 0.1, 130)
    truth = boxes[position : position + 1], labels[:1]
    split = [sample(1, *truth, boxes, labels, scores)]
    assert evaluate(split)["ap_3"] == pytest.approx(expected, abs=1e-6)
    assert by_pycocotools(split)["ap_3"] == pytest.approx(expected, abs=1e-6)


def test_the_size_of_the_batches_changes_nothing() -> None:
    split = draw_split(2, 7)
    assert evaluate(split, batch_size=1) == evaluate(split, batch_size=7)


def test_pictures_with_the_same_id_are_refused_by_name() -> None:
    one, other = sample(8, *ONE, *ONE, SCORE), sample(8, *ONE, *ONE, SCORE)
    one[1]["source"], other[1]["source"] = "first.png", "second.png"
    between = sample(9, *NONE, *NONE, torch.zeros(0))
    with pytest.raises(ValueError, match=r"first\.png and second\.png both have the image id 8"):
        evaluate([one, between, other])
