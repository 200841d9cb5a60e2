"""The metric of numbers, as a runner uses it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from digitdet import config
from digitdet.datasets import CocoDigits
from digitdet.evaluation import NumberMetric
from digitdet.evaluation.number_figures import number_figures
from digitdet.registry import METRICS
from digitdet.structures import Prediction, Target

ROOT = Path(__file__).parents[2]
READER = dict(type="LeftToRightReader", score_threshold=0.5)


def prediction(digits: str, scores: list[float] | None = None) -> Prediction:
    """Digits side by side, each 6 wide and 10 high."""
    left = torch.arange(len(digits)).float()[:, None] * 8
    return {
        "boxes": torch.cat([left, left * 0, left + 6, left * 0 + 10], dim=1),
        "labels": torch.tensor([int(digit) + 1 for digit in digits], dtype=torch.int64),
        "scores": torch.tensor([0.9] * len(digits) if scores is None else scores),
    }


def target(image_id: int, digits: str, heights: list[float] | None = None) -> Target:
    """The truth of a picture; its digits stand from right to left."""
    count = len(digits)
    boxes = torch.zeros(count, 4)
    boxes[:, 0] = -8 * torch.arange(count)
    boxes[:, 2] = boxes[:, 0] + 6
    boxes[:, 3] = torch.tensor([10.0] * count if heights is None else heights)
    return {
        "image_id": image_id,
        "boxes": boxes,
        "labels": torch.tensor([int(digit) + 1 for digit in digits], dtype=torch.int64),
        "iscrowd": torch.zeros(count, dtype=torch.bool),
        "source": f"{image_id}.png",
    }


def evaluate(
    results: list[tuple[Prediction, Target]], batch_size: int = 2, **arguments: Any
) -> tuple[dict[str, float], NumberMetric]:
    metric = METRICS.build(dict(type="NumberMetric", reader=READER, **arguments))
    for start in range(0, len(results), batch_size):
        part = results[start : start + batch_size]
        metric.process({"targets": [t for _, t in part]}, [p for p, _ in part])
    return metric.evaluate(len(results)), metric


def test_no_picture_gives_minus_one_in_words() -> None:
    figures, metric = evaluate([])
    assert figures["number_accuracy"] == -1
    assert metric.notes["number_accuracy"] == "there are no pictures"


def test_the_readers_number_is_compared_with_the_files() -> None:
    results = [
        (prediction(""), target(1, "")),
        (prediction("42"), target(2, "42")),
        (prediction("42"), target(3, "24")),
        (prediction("42", [0.9, 0.4]), target(4, "42")),  # the reader leaves the 2 out
        (prediction("007"), target(5, "007")),
    ]
    figures, metric = evaluate(results)
    assert figures["number_accuracy"] == 3 / 5
    assert (figures["digits_missing"], figures["digits_misordered"]) == (1, 1)
    assert metric.evaluator == "numbers by LeftToRightReader"
    assert set(metric.notes) == {name for name, value in figures.items() if value == -1}
    figures, _ = evaluate(results, truth="left")
    assert figures["number_accuracy"] == 2 / 5


def test_the_confidence_decides_what_is_covered() -> None:
    results = [
        (prediction("42", [0.9, 0.8]), target(1, "42")),
        (prediction("42", [0.9, 0.9]), target(2, "42")),
        (prediction("42", [0.85, 0.9]), target(3, "24")),
        (prediction(""), target(4, "")),
    ]
    figures, _ = evaluate(results)
    assert figures["coverage_98"] == 1 / 4  # the surest; the next is wrong


def test_the_height_of_a_number_is_the_median_of_its_digits_heights() -> None:
    tall = [(prediction("123"), target(1, "123", [11, 300, 24]))]
    assert evaluate(tall)[0]["number_accuracy_height_24_48"] == 1
    two = [(prediction("12"), target(1, "12", [11, 13]))]
    assert evaluate(two)[0]["number_accuracy_height_12_24"] == 1
    several: Target = {**target(1, "12", [11, 300]), "numbers": torch.tensor([1, 0])}
    assert evaluate([(prediction("2"), several)])[0]["number_accuracy_height_48_up"] == 1


def test_a_picture_of_several_numbers_is_right_by_its_first_and_whole_by_all() -> None:
    several: Target = {**target(1, "123"), "numbers": torch.tensor([1, 0, 0])}
    figures, _ = evaluate([(prediction("23"), several)])
    assert figures["number_accuracy"] == 1
    assert figures["all_numbers_accuracy"] == 0


def test_the_size_of_the_batches_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    results = [
        (prediction(str(rng.integers(300)), None), target(i, str(rng.integers(300))))
        for i in range(7)
    ]
    assert evaluate(results, batch_size=1)[0] == evaluate(results, batch_size=7)[0]


def test_pictures_with_the_same_id_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"8\.png and 8\.png both have the image id 8"):
        evaluate([(prediction("1"), target(8, "1")), (prediction("1"), target(8, "1"))])


def test_an_unknown_order_of_the_truth_is_refused_when_the_metric_is_built() -> None:
    with pytest.raises(ValueError, match="truth is 'file'"):
        NumberMetric(READER, truth="right")


def test_the_configs_reader_reaches_a_metric_that_sets_none(tmp_path: Path) -> None:
    own = "dict(type='LeftToRightReader', score_threshold=0.1)"
    file = tmp_path / "mine.py"
    file.write_text(
        f"_base_ = {str(ROOT / 'configs' / 'experiments' / 'quickstart.py')!r}\n"
        "reader = dict(_delete_=True, type='LeftToRightReader', score_threshold=0.4)\n"
        "val_evaluator = [dict(type='NumberMetric')]\n"
        f"test_evaluator = [dict(type='NumberMetric', reader={own})]"
    )
    best = "number_accuracy"
    loaded = config.load(
        file, [f"default_hooks.checkpoint.save_best={best}", f"custom_hooks.0.metric={best}"]
    )
    both = (*loaded.val_evaluator, *loaded.test_evaluator)
    first, second = (METRICS.build(part).reader for part in both)
    assert (first.score_threshold, second.score_threshold) == (0.4, 0.1)


def test_names_are_those_of_the_figures() -> None:
    assert list(evaluate([])[0]) == list(number_figures([]))


@pytest.mark.real_data
def test_the_true_boxes_of_real_photographs_are_read_without_an_error(real_data: Path) -> None:
    dataset = CocoDigits("valid", "valid.json", str(real_data), test_mode=True)
    targets = [target for _, target in dataset]
    results = [(_as_found(target), target) for target in targets]
    figures, _ = evaluate(results, truth="left")
    assert figures["number_accuracy"] == figures["coverage_98"] == 1
    errors = [figures[f"digits_{kind}"] for kind in ("missing", "extra", "wrong", "misordered")]
    assert errors == [0, 0, 0, 0]
    lengths = {name for name in figures if "length" in name and figures[name] == 1}
    assert lengths == {f"number_accuracy_length_{length}" for length in (1, 2, 3, 4)}


def _as_found(target: Target) -> Prediction:
    scores = torch.ones(len(target["labels"]))
    return {"boxes": target["boxes"], "labels": target["labels"], "scores": scores}
