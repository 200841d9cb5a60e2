import contextlib
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from pycocotools.coco import COCO

from digitdet.evaluation.submission import to_detections, to_label, write_submission
from digitdet.structures import Number, Prediction


def prediction(boxes: list[list[float]], labels: list[int], scores: list[float]) -> Prediction:
    return {
        "boxes": torch.tensor(boxes).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
        "scores": torch.tensor(scores),
    }


def number(text: str) -> Number:
    return Number(text, torch.zeros(len(text), 4), torch.ones(len(text)), 1.0)


@pytest.mark.parametrize(
    ("given", "category_ids", "expected"),
    [
        (prediction([], [], []), {}, []),
        (
            prediction([[10, 20, 30, 60]], [1], [0.5]),
            {},
            [{"image_id": 7, "bbox": [10, 20, 20, 40], "score": 0.5, "category_id": 1}],
        ),
        (
            prediction([[0, 0, 1.5, 2], [3, 4, 10, 4.5]], [10, 2], [0.75, 0.25]),
            {10: 0, 1: 1},
            [
                {"image_id": 7, "bbox": [0, 0, 1.5, 2], "score": 0.75, "category_id": 0},
                {"image_id": 7, "bbox": [3, 4, 7, 0.5], "score": 0.25, "category_id": 2},
            ],
        ),
    ],
)
def test_detections_have_xywh_and_the_files_own_category_ids(
    given: Prediction, category_ids: dict[int, int], expected: list[dict[str, Any]]
) -> None:
    assert to_detections(7, given, category_ids) == expected


@pytest.mark.parametrize(
    ("numbers", "label"),
    [
        ([], "-1"),
        ([number("5")], "5"),
        ([number("007")], "007"),
        ([number("12"), number("3")], "12"),
    ],
)
def test_the_label_is_the_first_number_with_its_zeros(numbers: list[Number], label: str) -> None:
    assert to_label(numbers) == label


def test_a_split_without_pictures_gives_valid_empty_files(tmp_path: Path) -> None:
    write_submission(tmp_path, [], [])
    assert json.loads((tmp_path / "pred.json").read_text()) == []
    assert (tmp_path / "pred.csv").read_bytes() == b"image_id,pred_label\n"


def test_the_csv_has_every_picture_once_sorted_by_id(tmp_path: Path) -> None:
    labels = [(10, "42"), (9, "-1"), (100, "007"), (1, "0")]
    write_submission(tmp_path, [], iter(labels))
    content = (tmp_path / "pred.csv").read_bytes()
    assert content == b"image_id,pred_label\n1,0\n9,-1\n10,42\n100,007\n"
    with (tmp_path / "pred.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {int(row["image_id"]): row["pred_label"] for row in rows} == dict(labels)


def test_the_zip_holds_both_files_at_its_top(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    write_submission(out, to_detections(3, prediction([[0, 0, 4, 4]], [2], [0.5]), {}), [(3, "1")])
    assert {file.name for file in out.iterdir()} == {"pred.json", "pred.csv", "submission.zip"}
    with zipfile.ZipFile(out / "submission.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["pred.csv", "pred.json"]
        for name in archive.namelist():
            assert archive.read(name) == (out / name).read_bytes()


def test_pycocotools_takes_the_json(tmp_path: Path) -> None:
    detections = [
        *to_detections(1, prediction([[0, 0, 4, 8]], [2], [0.5]), {}),
        *to_detections(2, prediction([], [], []), {}),
        *to_detections(3, prediction([[1, 1, 4, 8], [5, 5, 9, 9]], [3, 10], [0.9, 0.1]), {}),
    ]
    write_submission(tmp_path, detections, [(1, "1"), (2, "-1"), (3, "29")])
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "images": [{"id": image_id} for image_id in (1, 2, 3)],
            "categories": [{"id": digit + 1} for digit in range(10)],
            "annotations": [],
        }
        truth.createIndex()
        found = truth.loadRes(str(tmp_path / "pred.json"))
    assert [len(found.getAnnIds(imgIds=[image_id])) for image_id in (1, 2, 3)] == [1, 0, 2]
    (annotation,) = found.loadAnns(found.getAnnIds(catIds=[2]))
    assert annotation["bbox"] == [0, 0, 4, 8]
    assert annotation["area"] == 32


def test_a_write_that_is_interrupted_leaves_the_earlier_files_alone(tmp_path: Path) -> None:
    write_submission(tmp_path, [], [(1, "1")])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def interrupted() -> Iterator[tuple[int, str]]:
        yield 1, "2"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_submission(tmp_path, [], interrupted())
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
