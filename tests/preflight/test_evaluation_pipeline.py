"""Evaluation sees pictures and boxes as they are in the file."""

from pathlib import Path
from typing import Any

import pytest
from torchvision.transforms import v2

from digitdet.preflight.evaluation_pipeline import check_evaluation


class Meddling:
    """A user's transform that no static check can judge."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, image: Any, target: Any) -> Any:
        if self.what == "labels":
            return image, {**target, "labels": 11 - target["labels"]}
        if self.what == "size":
            return image[:, 1:], target
        if self.what == "number of boxes":
            kept = ("boxes", "labels", "iscrowd")
            return image, {**target, **{name: target[name][1:] for name in kept}}
        return image, {**target, self.what: target[self.what] + 1}


@pytest.mark.parametrize("transforms", [[], [v2.RandomGrayscale(p=1.0)]])
def test_no_transform_and_colours_are_right(
    transforms: Any, read: Any, coco: Any, layout: Path
) -> None:
    samples = read("val", coco(layout, "val", transforms=transforms))
    assert check_evaluation(samples).status == "ok"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("size", "pixels of"),
        ("boxes", "change boxes"),
        ("number of boxes", "change boxes"),
        ("labels", "change labels"),
    ],
)
def test_what_a_users_transform_moves_is_an_error(
    what: str, said: str, read: Any, coco: Any, layout: Path
) -> None:
    finding = check_evaluation(read("val", coco(layout, "val", transforms=[Meddling(what)])))
    assert finding.status == "error"
    assert said in finding.detail
    assert "4 of 4 sampled pictures" in finding.detail


def test_a_box_that_is_no_number_is_not_taken_for_changed(
    read: Any, coco: Any, layout: Path
) -> None:
    dataset = coco(layout, "val", transforms=[v2.RandomGrayscale(p=1.0)])
    dataset.annotations.boxes[0, 0] = float("nan")
    assert check_evaluation(read("val", dataset)).status == "ok"
