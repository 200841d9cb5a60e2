"""The truth of pictures, written and read again."""

import json
from pathlib import Path

import pytest
import torch

from digitdet.datasets.annotations import read_annotations
from digitdet.evaluation.saved_predictions import load_targets
from digitdet.evaluation.saved_truth import to_annotations
from digitdet.structures import Target


def target(image_id: int, source: str, boxes: list[list[float]], digits: list[int]) -> Target:
    """The truth of a picture; its last box is a crowd's."""
    return Target(
        image_id=image_id,
        boxes=torch.tensor(boxes).reshape(-1, 4),
        labels=torch.tensor(digits, dtype=torch.int64) + 1,
        iscrowd=torch.arange(len(boxes)) == len(boxes) - 1,
        source=source,
    )


def test_no_picture_gives_categories_alone() -> None:
    content = to_annotations([], {})
    assert (content["images"], content["annotations"]) == ([], [])
    assert [(one["id"], one["name"]) for one in content["categories"]] == [
        (digit + 1, str(digit)) for digit in range(10)
    ]


def test_what_is_written_reads_as_it_was(tmp_path: Path) -> None:
    targets = [
        target(7, "synthetic:1:0", [], []),
        target(5, "/data/some/5.png", [[1.25, 2, 11.5, 22], [0, 0, 3, 4]], [0, 9]),
    ]
    targets[1]["numbers"] = torch.tensor([1, 0])
    file = tmp_path / "truth.json"
    content = to_annotations(targets, {7: (30, 40), 5: (25, 12)})
    file.write_text(json.dumps(content), encoding="utf-8")
    annotations = read_annotations(file)
    assert annotations.sizes.tolist() == [[30, 40], [25, 12]]
    assert annotations.file_names[1] == "5.png"
    for read, written in zip(load_targets(annotations), targets, strict=True):
        assert read["image_id"] == written["image_id"]
        for key in ("boxes", "labels", "iscrowd"):
            assert torch.equal(read[key], written[key]), key
    assert [one["area"] for one in content["annotations"]] == [10.25 * 20, 12]
    assert [one["number"] for one in content["annotations"]] == [1, 0]


@pytest.mark.parametrize(("source", "name"), [("a/b.png", "b.png"), ("", "3"), ("a\nb", "3")])
def test_a_picture_without_a_usable_name_is_named_by_its_id(source: str, name: str) -> None:
    content = to_annotations([target(3, source, [], [])], {3: (1, 1)})
    assert content["images"][0]["file_name"] == name
