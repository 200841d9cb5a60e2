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
    for name, (low, high) in HEIGHTS.items():
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


@pytest.mark.parametrize("backend", TOLERANCES)
@pytest.mark.parametrize("levels", [0, 1, 3])
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
    num_pictures: int, most_digits: int, crowd: float, extra: int, levels: int, backend: str
) -> None:
    split = draw_split(5, num_pictures, most_digits, crowd, extra)
    split = tie(split, levels) if levels else split
    expected, actual = by_pycocotools(split), evaluate(split, backend)
    assert 0 < expected["map"] < 1
    assert list(actual) == NAMES
    assert actual == pytest.approx(expected, abs=TOLERANCES[backend])


@pytest.mark.parametrize("backend", TOLERANCES)
@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    num_pictures=st.integers(1, 12),
    most_digits=st.integers(0, 8),
    extra=st.integers(0, 8),
    levels=st.integers(0, 4),
)
def test_figures_are_pycocotools_own_on_any_split(
    backend: str, seed: int, num_pictures: int, most_digits: int, extra: int, levels: int
) -> None:
    split = draw_split(seed, num_pictures, most_digits, crowd=0.1, extra=extra)
    split = tie(split, levels) if levels else split
    expected = by_pycocotools(split)
    assert evaluate(split, backend) == pytest.approx(expected, abs=TOLERANCES[backend])


def test_the_drawn_splits_hold_what_they_should() -> None:
    split = draw_split(5, 40, crowd=0.3)
    assert any(not len(target["boxes"]) for _, target in split)
    assert any(not len(prediction["boxes"]) for prediction, _ in split)
    assert any(target["iscrowd"].any() for _, target in split)


NONE = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)
ONE = torch.tensor([[4.0, 4, 20, 30]]), torch.tensor([4])
SCORE = torch.tensor([0.9])


@pytest.mark.parametrize("backend", TOLERANCES)
@pytest.mark.parametrize(
    "split",
    [
        [],
        [sample(1, *NONE, *NONE, torch.zeros(0))],
        [sample(1, *NONE, *ONE, SCORE)],
        [sample(1, *ONE, *ONE, SCORE, torch.tensor([True]))],
    ],
    ids=["no picture", "no box", "no truth", "a crowd"],
)
def test_a_split_without_any_digit_gives_minus_one(split: list[Sample], backend: str) -> None:
    assert evaluate(split, backend) == dict.fromkeys(NAMES, -1.0)


@pytest.mark.parametrize("backend", TOLERANCES)
def test_a_split_without_any_detection_gives_zero(backend: str) -> None:
    figures = evaluate([sample(1, *ONE, *NONE, torch.zeros(0))], backend)
    none = {name for name, value in figures.items() if value == -1}
    others = {f"ap_{digit}" for digit in range(10) if digit != 3}
    sizes = {f"{kind}_{size}" for kind in ("map", "mar") for size in ("medium", "large")}
    heights = {"map_height_0_12", "map_height_12_24", "map_height_48_up"}
    assert none == others | sizes | heights
    assert {value for name, value in figures.items() if name not in none} == {0.0}


@pytest.mark.parametrize(
    ("height", "name"),
    [
        (11.75, "0_12"),
        (12, "12_24"),
        (23.75, "12_24"),
        (24, "24_48"),
        (48, "48_up"),
        (700, "48_up"),
    ],
)
@pytest.mark.parametrize("backend", TOLERANCES)
def test_each_height_belongs_to_one_range_which_its_lower_edge_begins(
    height: float, name: str, backend: str
) -> None:
    box = torch.tensor([[4.0, 4, 9, 4 + height]]), torch.tensor([4])
    figures = evaluate([sample(1, *box, *box, SCORE)], backend)
    expected = {**dict.fromkeys(OF_HEIGHTS, -1.0), f"map_height_{name}": 1.0}
    assert {key: figures[key] for key in OF_HEIGHTS} == pytest.approx(expected)


def test_what_is_minus_one_is_explained_and_nothing_else() -> None:
    metric = DigitMetric()
    crowd = torch.tensor([[4.0, 4, 20, 30]] * 2), torch.tensor([4, 8])
    prediction, target = sample(1, *crowd, *ONE, SCORE, torch.tensor([False, True]))
    metric.process({"targets": [target]}, [prediction])
    figures = metric.evaluate(1)
    assert set(metric.notes) == {name for name, value in figures.items() if value == -1}
    assert metric.notes["ap_7"] == "the split holds no digit 7 apart from crowd boxes"
    prediction, target = sample(1, *ONE, *ONE, SCORE)
    metric.process({"targets": [target]}, [prediction])
    metric.evaluate(1)
    assert metric.notes["ap_7"] == "the split holds no digit 7"
    assert metric.notes["map_large"] == "the split holds no digit box of at least 96 x 96 pixels"
    assert (
        metric.notes["map_height_0_12"]
        == "the split holds no digit box of less than 12 pixels in height"
    )
    metric.evaluate(0)
    assert metric.notes["mar_100"] == metric.notes["map"] == "the split holds no digit box"


@pytest.mark.parametrize("backend", TOLERANCES)
def test_a_detection_that_is_no_digit_changes_nothing(backend: str) -> None:
    boxes, labels = torch.cat([ONE[0], ONE[0]]), torch.tensor([11, 4])
    split = [sample(1, *ONE, boxes, labels, torch.tensor([0.95, 0.9]))]
    assert evaluate(split, backend) == evaluate([sample(1, *ONE, *ONE, SCORE)], backend)


@pytest.mark.parametrize("backend", TOLERANCES)
@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_a_detection_that_is_not_finite_is_refused_by_its_picture(odd: float, backend: str) -> None:
    wrong = torch.tensor([[4.0, 4, odd, 30]]), torch.tensor([4])
    for other in (sample(7, *ONE, *wrong, SCORE), sample(7, *ONE, *ONE, torch.tensor([odd]))):
        with pytest.raises(ValueError, match=r"7\.png: a detection has the box .* not finite"):
            evaluate([sample(1, *ONE, *ONE, SCORE), other], backend)


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
