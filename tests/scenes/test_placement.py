"""Where numbers lie in a picture, against points mapped one by one."""

import numpy as np
import pytest

from digitdet.scenes import FONTS, make_factors
from digitdet.scenes.number import draw_number
from digitdet.scenes.placement import Placement, map_boxes, map_points, place

STILL = {"rotation": 0, "shear": 0, "perspective": 0, "step": 0, "box_jitter": 0, "looseness": 0}
STILL["vertical"] = 0


def _placements(count: int, numbers: int = 1, **given: object) -> list[Placement]:
    factors = make_factors({**STILL, **given})
    result = []
    for seed in range(count):
        rng = np.random.default_rng((7, seed))
        drawn = [draw_number(rng, factors, FONTS, 40) for _ in range(numbers)]
        result.append(place(rng, factors, drawn))
    return result


def test_points_are_mapped_as_by_hand() -> None:
    homography = np.array([[2, 0, 1], [0, 3, -1], [0, 0.5, 1.0]])
    mapped = map_points(homography, np.array([[1.0, 2.0], [0.0, 0.0]]))
    np.testing.assert_allclose(mapped, [[(2 + 1) / 2, (6 - 1) / 2], [1, -1]])


def test_a_shift_moves_boxes_as_they_are() -> None:
    boxes = np.array([[0.0, 0, 10, 20], [12, 0, 20, 20]])
    shift = np.array([[1.0, 0, 5], [0, 1, -3], [0, 0, 1]])
    np.testing.assert_allclose(map_boxes(shift, boxes), boxes + np.array([5, -3, 5, -3]))


def test_turned_digits_share_one_height_and_stay_in_their_boxes() -> None:
    angle = np.deg2rad(12)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    boxes = np.array([[0.0, 0, 10, 20], [12, 0, 20, 20]])
    mapped = map_boxes(turn, boxes)
    heights = mapped[:, 3] - mapped[:, 1]
    assert heights[0] == pytest.approx(heights[1])
    assert 20 < heights[0] < 24  # 20 cos 12 + 10 sin 12 = 21.6 were the digit a full rectangle
    centers = map_points(turn, np.array([[5.0, 10.0], [16.0, 10.0]]))
    np.testing.assert_allclose((mapped[:, :2] + mapped[:, 2:]) / 2, centers, atol=1e-9)


def test_a_number_lies_inside_its_picture_at_its_share_of_the_height() -> None:
    for placement in _placements(15, height_ratio=0.5):
        (height, width), (boxes,) = placement.size, placement.boxes
        assert boxes.min() >= 0
        assert (boxes[:, 2:] <= [width, height]).all()
        assert boxes[:, 3] - boxes[:, 1] == pytest.approx(height * 0.5, abs=1)


def test_neighbours_touch_as_people_draw_them_and_stacked_digits_keep_their_width() -> None:
    side_by_side = {"num_digits": {"3": 1}, "style": {"font": 1}, "vertical": 0}
    for placement in _placements(20, **side_by_side):
        (boxes,) = placement.boxes
        np.testing.assert_allclose(boxes[1:, 0], boxes[:-1, 2], atol=1e-9)
    for placement in _placements(20, **{**side_by_side, "vertical": 1}):
        (boxes,) = placement.boxes
        middles = (boxes[:, 0] + boxes[:, 2]) / 2
        assert np.ptp(middles) < 2
        assert (boxes[1:, 1] > boxes[:-1, 1]).all()


def test_two_numbers_do_not_overlap() -> None:
    for placement in _placements(15, numbers=2):
        first, second = placement.boxes
        apart = np.maximum(
            second[:, :2].min(axis=0) - first[:, 2:].max(axis=0),
            first[:, :2].min(axis=0) - second[:, 2:].max(axis=0),
        )
        assert apart.max() > 0
        far = np.array(placement.size[::-1])
        for boxes in placement.boxes:
            assert boxes.min() >= 0
            assert (boxes[:, 2:] <= far).all()
