import csv
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.evaluation import SubmissionMetric
from digitdet.evaluation.saved_predictions import load_results
from digitdet.registry import METRICS

READER = {"type": "LeftToRightReader", "score_threshold": 0.5}
Sample = tuple[dict[str, Any], dict[str, Any]]


def sample(image_id: int, rows: list[tuple[float, int, float]]) -> Sample:
    """Rows are left edge, digit, score."""
    boxes = torch.tensor([[left, 2, left + 8, 20] for left, _, _ in rows]).reshape(-1, 4)
    labels = torch.tensor([digit + 1 for _, digit, _ in rows], dtype=torch.int64)
    scores = torch.tensor([score for _, _, score in rows])
    return (
        {"boxes": boxes, "labels": labels, "scores": scores},
        {"image_id": image_id, "source": f"picture{image_id}.png"},
    )


SPLIT = [
    sample(11, []),
    sample(3, [(20, 7, 0.9), (0, 0, 0.8), (10, 0, 0.75)]),
    sample(2, [(0, 5, 0.25)]),
]


def evaluate(out: Path, split: list[Sample], meta: dict[str, Any] | None) -> dict[str, float]:
    config = {"type": "SubmissionMetric", "out_dir": str(out), "reader": READER}
    metric = METRICS.build(config)
    assert isinstance(metric, SubmissionMetric)
    metric.dataset_meta = meta
    for prediction, target in split:
        metric.process({"targets": [target]}, [prediction])
    return metric.evaluate(len(split))


def rows(out: Path) -> dict[str, str]:
    with (out / "pred.csv").open(newline="") as stream:
        return {row["image_id"]: row["pred_label"] for row in csv.DictReader(stream)}


def test_pictures_without_detections_are_in_the_csv_alone(tmp_path: Path) -> None:
    assert evaluate(tmp_path, SPLIT[:1], None) == {}
    assert json.loads((tmp_path / "pred.json").read_text()) == []
    assert rows(tmp_path) == {"11": "-1"}


@pytest.mark.parametrize("meta", [None, {}, {"classes": ("0",)}])
def test_every_detection_is_in_the_json_and_every_number_in_the_csv(
    tmp_path: Path, meta: dict[str, Any] | None
) -> None:
    evaluate(tmp_path / "out", SPLIT, meta)
    found = json.loads((tmp_path / "out" / "pred.json").read_text())
    assert [(d["image_id"], d["category_id"]) for d in found] == [(3, 8), (3, 1), (3, 1), (2, 6)]
    assert found[0]["bbox"] == [20, 2, 8, 18]
    assert rows(tmp_path / "out") == {"2": "-1", "3": "007", "11": "-1"}
    assert not (tmp_path / "out" / "images.json").exists()


def test_category_ids_are_the_data_sets_own(tmp_path: Path) -> None:
    category_ids = {digit + 1: 50 - digit for digit in range(10)}
    evaluate(tmp_path, SPLIT, {"category_ids": category_ids})
    found = json.loads((tmp_path / "pred.json").read_text())
    assert [d["category_id"] for d in found] == [43, 50, 50, 45]
    assert rows(tmp_path)["3"] == "007"


def test_running_numbers_are_explained_by_a_file(tmp_path: Path) -> None:
    files = {"2": "b.png", "3": "sub/c.png", "11": "a.png"}
    evaluate(tmp_path, SPLIT, {"files": files})
    assert json.loads((tmp_path / "images.json").read_text()) == files


def labelled(image_id: int) -> dict[str, Any]:
    """A picture of 12 x 30 pixels with a 4 at its left edge."""
    target = {
        "image_id": image_id,
        "boxes": torch.tensor([[0.0, 2, 8, 10]]),
        "labels": torch.tensor([5]),
        "iscrowd": torch.tensor([False]),
        "numbers": torch.tensor([1]),
        "source": f"synthetic:0:{image_id}",
    }
    return {"targets": [target], "images": [torch.zeros(3, 12, 30)]}


@pytest.mark.parametrize("first_id", [1, 51])
def test_the_truth_that_no_file_holds_is_written_in_the_ids_of_the_predictions(
    tmp_path: Path, first_id: int
) -> None:
    pairs = [(digit + 1, digit + first_id) for digit in range(10)]
    metric = SubmissionMetric(str(tmp_path), READER, pairs)
    metric.dataset_meta = {"classes": ()}
    metric.process(labelled(3), [sample(3, [(0, 4, 0.9)])[0]])
    metric.evaluate(1)
    [(prediction, target)] = load_results(tmp_path / "pred.json", tmp_path / "truth.json")
    assert prediction["labels"].tolist() == target["labels"].tolist() == [5]
    assert target["boxes"].tolist() == [[0, 2, 8, 10]]
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["annotations"][0]["number"] == 1
    [picture] = truth["images"]
    assert (picture["height"], picture["width"]) == (12, 30)


@pytest.mark.parametrize("meta", [{"category_ids": {}}, None])
def test_truth_that_a_file_holds_or_that_nobody_knows_is_not_written(
    tmp_path: Path, meta: dict[str, Any] | None
) -> None:
    (tmp_path / "truth.json").write_text("of an earlier run", encoding="utf-8")
    metric = SubmissionMetric(str(tmp_path), READER)
    metric.dataset_meta = meta
    batch = labelled(3)
    if meta is None:
        batch["targets"][0]["boxes"] = torch.zeros(0, 4)
    metric.process(batch, [sample(3, [])[0]])
    metric.evaluate(1)
    assert not (tmp_path / "truth.json").exists()


def test_pictures_with_the_same_id_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    twice = [*SPLIT, sample(3, [])]
    with pytest.raises(ValueError, match=r"picture3\.png .* both have the image id 3"):
        evaluate(tmp_path / "out", twice, None)
    assert not (tmp_path / "out").exists()


def test_an_unknown_reader_is_an_error_when_the_metric_is_built(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="NoSuchReader"):
        SubmissionMetric(str(tmp_path), {"type": "NoSuchReader"})
