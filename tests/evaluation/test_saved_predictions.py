import contextlib
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from digitdet.evaluation import SubmissionMetric
from digitdet.evaluation.saved_predictions import load_results

READER = {"type": "LeftToRightReader"}
IDS = (30, 4, 17)  # not in order, and not the pictures' positions


def truth(**changes: Any) -> dict[str, Any]:
    images = [{"id": i, "file_name": f"{i}.png", "height": 40, "width": 90} for i in IDS]
    boxes = [
        {"id": n, "image_id": i, "bbox": [n, 2, 8, 9], "category_id": n + 1, "iscrowd": n % 2}
        for n, i in enumerate((4, 30, 4))
    ]
    categories = [{"id": digit + 1, "name": str(digit)} for digit in range(10)]
    return {"images": images, "annotations": boxes, "categories": categories, **changes}


def detection(**changes: Any) -> dict[str, Any]:
    return {"image_id": 4, "bbox": [1, 2, 3, 4], "score": 0.5, "category_id": 10, **changes}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Any]:
    """Returns a function that writes predictions and the truth, and loads both."""

    def run(predictions: Any, **changes: Any) -> Any:
        (tmp_path / "pred.json").write_text(json.dumps(predictions), encoding="utf-8")
        (tmp_path / "valid.json").write_text(json.dumps(truth(**changes)), encoding="utf-8")
        return load_results(tmp_path / "pred.json", tmp_path / "valid.json")

    return run


def test_a_file_without_pictures_and_predictions_gives_nothing(load: Callable[..., Any]) -> None:
    assert load([], images=[], annotations=[]) == []


def test_every_picture_is_there_in_the_order_of_the_annotations(
    load: Callable[..., Any], tmp_path: Path
) -> None:
    results = load([])
    assert [target["image_id"] for _, target in results] == list(IDS)
    assert [tuple(found["boxes"].shape) for found, _ in results] == [(0, 4)] * 3
    target = results[1][1]
    assert target["source"] == str(tmp_path / "valid" / "4.png")
    assert target["boxes"].tolist() == [[0, 2, 8, 11], [2, 2, 10, 11]]
    assert target["labels"].tolist() == [1, 3]
    assert not target["iscrowd"].any()


def test_detections_come_by_falling_score_and_equal_ones_as_they_stand(
    load: Callable[..., Any],
) -> None:
    scores = [0.5, 0.75, 0.5, 0, 1, 0.5]
    predictions = [
        detection(score=score, image_id=4 if n != 3 else 17, category_id=n + 1, area=3)
        for n, score in enumerate(scores)
    ]
    (empty, _), (found, _), (other, _) = load(predictions)
    assert len(empty["scores"]) == 0
    assert found["scores"].tolist() == [1, 0.75, 0.5, 0.5, 0.5]
    assert found["labels"].tolist() == [5, 2, 1, 3, 6]
    assert found["boxes"][0].tolist() == [1, 2, 4, 6]
    assert other["labels"].tolist() == [4]
    dtypes = [found[key].dtype for key in ("boxes", "labels", "scores")]
    assert dtypes == [torch.float32, torch.int64, torch.float32]


def test_labels_are_read_by_the_files_categories(load: Callable[..., Any]) -> None:
    """SVHN's own ids, 10 for the digit 0; and 5, which has no category, by an id that is free."""
    categories = [{"id": digit or 10, "name": str(digit)} for digit in range(10) if digit != 5]
    results = load(
        [detection(category_id=category_id) for category_id in (10, 1, 9, 5)],
        categories=categories,
        annotations=[],
    )
    assert results[1][0]["labels"].tolist() == [1, 2, 10, 6]


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ({"annotations": []}, r"pred\.json: is an annotation file.*one list"),
        ({"a": 1}, r"pred\.json: is \{'a': 1\}.*one list"),
        ([detection(), [detection()]], r"pred\.json\[1\]: is \[\{.*flat"),
        ([{"image_id": 4}], r"pred\.json\[0\]: is \{'image_id': 4\}.*add the key"),
        (
            [detection(), detection(image_id="4")],
            r"pred\.json\[1\] \(image id '4'\): 'image_id' is",
        ),
        ([detection(image_id=5)] * 3, r"pred\.json\[0\] .*: 'image_id' is 5 \(and 2 more\)"),
        ([detection(bbox=[1, 2, 3])], r"'bbox' is \[1, 2, 3\].*four numbers"),
        ([detection(bbox=[1, 2, 3, float("nan")])], r"'bbox' is \[1, 2, 3, nan\].*finite"),
        ([detection(bbox=[1, 2, 0, 4])], r"'bbox' is \[1, 2, 0, 4\].*a width and a height"),
        ([detection(score=None)], r"'score' is None"),
        ([detection(score=float("inf"))], r"'score' is inf.*finite"),
        ([detection(score=1.5)], r"'score' is 1\.5.*0 to 1"),
        ([detection(score=90 + n) for n in range(10)], r"\[0\] .*'score' is 90.*divide by 100"),
        ([detection(score=n - 5) for n in range(10)], r"\[0\] .*'score' is -5.*not logits"),
        ([detection(category_id=11)], r"'category_id' is 11"),
        ([detection(category_id=n) for n in range(3)], r"\[0\] .*'category_id' is 0.*add 1"),
    ],
)
def test_a_bad_entry_is_refused_by_file_and_position(
    load: Callable[..., Any], predictions: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load(predictions)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "valid.json").write_text(json.dumps(truth()), encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"none\.json: no such file of predictions"):
        load_results(tmp_path / "none.json", tmp_path / "valid.json")


# Inside a picture: from 0 on, float64 holds width and height so well that float32 comes back.
EDGES = st.floats(0, 3000, width=32)


@st.composite
def predictions(draw: st.DrawFn) -> dict[str, Any]:
    rows = draw(st.lists(st.tuples(EDGES, EDGES, EDGES, EDGES), max_size=6))
    corners = torch.tensor([sorted(row[::2]) + sorted(row[1::2]) for row in rows]).reshape(-1, 4)
    boxes = corners[:, [0, 2, 1, 3]]
    boxes = boxes[(boxes[:, 2:] > boxes[:, :2]).all(dim=1)]
    count = len(boxes)
    scores = draw(st.lists(st.floats(0, 1, width=32), min_size=count, max_size=count))
    labels = draw(st.lists(st.integers(1, 10), min_size=count, max_size=count))
    return {
        "boxes": boxes,
        "labels": torch.tensor(labels, dtype=torch.int64),
        "scores": torch.tensor(sorted(scores, reverse=True)),
    }


@given(st.tuples(predictions(), predictions(), predictions()))
@settings(max_examples=60)
def test_what_the_submission_holds_is_read_back_bit_for_bit(written: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        metric = SubmissionMetric(folder, READER)
        for image_id, prediction in zip(IDS, written, strict=True):
            target = {"image_id": image_id, "source": f"{image_id}.png"}
            metric.process({"targets": [target]}, [prediction])
        metric.evaluate(len(IDS))
        ann_file = Path(folder, "valid.json")
        ann_file.write_text(json.dumps(truth()), encoding="utf-8")
        results = load_results(Path(folder, "pred.json"), ann_file)
    for (found, _), prediction in zip(results, written, strict=True):
        for key, values in prediction.items():
            assert found[key].dtype == values.dtype
            assert found[key].numpy().tobytes() == values.numpy().tobytes()


def test_pycocotools_reads_the_same_detections(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    entries = [
        detection(
            image_id=int(rng.choice(IDS)),
            bbox=rng.uniform(1, 30, 4).tolist(),
            score=float(rng.uniform()),
            category_id=int(rng.integers(1, 11)),
        )
        for _ in range(50)
    ]
    (tmp_path / "pred.json").write_text(json.dumps(entries), encoding="utf-8")
    (tmp_path / "valid.json").write_text(json.dumps(truth()), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        found = COCO(str(tmp_path / "valid.json")).loadRes(str(tmp_path / "pred.json"))
    results = load_results(tmp_path / "pred.json", tmp_path / "valid.json")
    for prediction, target in results:
        expected = sorted(found.imgToAnns[target["image_id"]], key=lambda a: -a["score"])
        boxes = [[x, y, x + w, y + h] for x, y, w, h in (a["bbox"] for a in expected)]
        assert prediction["labels"].tolist() == [a["category_id"] for a in expected]
        assert torch.equal(prediction["boxes"], torch.tensor(boxes))
        assert torch.equal(prediction["scores"], torch.tensor([a["score"] for a in expected]))
