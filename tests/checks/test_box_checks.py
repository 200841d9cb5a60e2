"""Checks of where boxes lie."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.ops import box_iou

from digitdet.checks.box_checks import are_corners, are_relative, check_boxes
from digitdet.checks.records import Split

SIZE = (100, 50)  # width and height


def _split(boxes: list[Any], pictures: list[int] | None = None, **image: Any) -> Split:
    """Boxes, xywh, of the digit 4 in pictures of one size."""
    owners = pictures or [1] * len(boxes)
    return Split(
        "digits",
        "digits.json",
        Path(),
        images=[
            {"id": i, "file_name": f"{i}.png", "width": SIZE[0], "height": SIZE[1], **image}
            for i in sorted(set(owners))
        ],
        annotations=[
            {"id": position, "image_id": owner, "bbox": box, "category_id": 5}
            for position, (owner, box) in enumerate(zip(owners, boxes, strict=True))
        ],
    )


def _codes(boxes: list[Any], **kwargs: Any) -> list[str]:
    return [problem.code for problem in check_boxes(_split(boxes, **kwargs))]


def test_no_boxes_are_neither_wrong_nor_in_another_format() -> None:
    assert _codes([]) == []
    assert not are_corners(_split([]).boxes)
    assert not are_relative(_split([]).boxes)


@pytest.mark.parametrize(
    ("box", "codes"),
    [
        ([0, 0, 100, 50], []),
        ([-0.009, 0, 20, 50.009], []),  # rounding of other formats
        ([-0.02, 0, 20, 50], ["box_outside"]),
        ([90, 0, 11, 20], ["box_outside"]),
        ([0, 40, 11, 20], ["box_outside"]),
        ([0, 0, 101, 20], ["box_huge"]),
        ([100, 0, 5, 20], ["box_wholly_outside"]),
        ([-5, 0, 5, 20], ["box_wholly_outside"]),
        ([10, 10, 0, 20], ["box_empty"]),
        ([10, 10, 5, -20], ["box_empty"]),
        ([10, 10, 2.9, 20], ["box_tiny"]),
        ([10, 10, 3, 3], []),
    ],
)
def test_the_gravest_thing_about_a_box_is_told(box: list[float], codes: list[str]) -> None:
    assert _codes([box]) == codes


def test_a_picture_of_unknown_size_judges_no_box() -> None:
    assert _codes([[500, 500, 10, 20]], width=None) == []


def test_a_height_far_above_all_others_is_implausible() -> None:
    """Of equal boxes, 8 times as high: exp(6 x 0.35)."""
    usual = [[2.0, 5, 6, 5]] * 10
    owners = list(range(1, 12))
    assert _codes([*usual, [1, 0, 6, 40]], pictures=owners) == []
    assert _codes([*usual, [1, 0, 6, 42]], pictures=owners) == ["box_huge"]
    assert _codes([*usual[2:], [1, 0, 6, 42]], pictures=owners[2:]) == []  # too few to tell


def _corner_boxes(num_leaving: int) -> list[list[float]]:
    """20 boxes as corners, of which some would leave their picture as xywh."""
    return [[60, 5, 70, 30 + i] for i in range(num_leaving)] + [
        [20, 5, 30, 10 + i] for i in range(20 - num_leaving)
    ]


@pytest.mark.parametrize(("num_leaving", "expected"), [(4, False), (5, True), (20, True)])
def test_corners_are_told_by_a_quarter_of_boxes(num_leaving: int, expected: bool) -> None:
    boxes = _corner_boxes(num_leaving)
    split = _split(boxes, pictures=list(range(1, 21)))
    assert are_corners(split.boxes) is expected
    assert ("xyxy_as_xywh" in {problem.code for problem in check_boxes(split)}) is expected


def test_corners_far_from_the_edges_are_told_by_boxes_on_one_another() -> None:
    pairs = [box for i in range(11) for box in ([5, 5, 12 + i, 20], [14 + i, 5, 23 + i, 20])]
    owners = [number // 2 + 1 for number in range(22)]
    split = _split(pairs, pictures=owners)
    (problem,) = list(check_boxes(split))
    assert problem.code == "xyxy_as_xywh"
    assert "lie on one another" in problem.detail
    xywh = [[x, y, right - x, bottom - y] for x, y, right, bottom in pairs]
    assert _codes(xywh, pictures=owners) == []


def test_crops_labelled_twice_are_not_taken_for_corners() -> None:
    """Wider than their left edge, and on one another, but as corners, too."""
    owners = [number // 2 + 1 for number in range(24)]
    assert not are_corners(_split([[3, 2, 90, 45]] * 24, pictures=owners).boxes)


def test_few_boxes_say_nothing_about_the_file() -> None:
    assert not are_corners(_split(_corner_boxes(20)[:9], pictures=list(range(1, 10))).boxes)
    assert not are_relative(_split([[0.1, 0.1, 0.2, 0.5]] * 9).boxes)
    assert are_relative(_split([[0.1, 0.1, 0.2, 0.5]] * 10).boxes)


def test_boxes_that_overlap_are_those_that_torchvision_says() -> None:
    generator = np.random.default_rng(3)
    corners = generator.integers(0, 20, (60, 2))
    boxes = np.concatenate([corners, generator.integers(15, 22, (60, 2))], axis=1)
    owners = generator.integers(1, 4, 60)
    split = _split(boxes.astype(float).tolist(), pictures=owners.tolist())
    found = {
        problem.annotation
        for problem in check_boxes(split)
        if problem.code in ("boxes_overlap", "box_repeated")
    }
    xyxy = torch.from_numpy(np.concatenate([corners, corners + boxes[:, 2:]], axis=1)).double()
    ious = box_iou(xyxy, xyxy).numpy() * (owners[:, None] == owners)
    expected = {row for row in range(60) if (ious[row, :row] >= 0.7).any()}
    assert found == expected
    assert expected


def test_a_copy_with_another_digit_overlaps_and_one_with_the_same_is_repeated() -> None:
    split = _split([[10, 10, 20, 30]] * 4)
    split.annotations[1]["category_id"] = 6
    problems = [(p.code, p.annotation) for p in check_boxes(split)]
    assert problems == [("boxes_overlap", 1), ("box_repeated", 2), ("box_repeated", 3)]
