"""Turned and tilted pictures."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torchvision import tv_tensors
from torchvision.ops import box_iou
from torchvision.transforms.v2 import functional as F  # noqa: N812

from digitdet.transforms import RandomTilt
from digitdet.transforms.random_tilt import homography, tilt_boxes

# Real pictures' sizes: 5, 50 and 95 in 100 of SVHN's are smaller than the first, the second and
# the third; the last are among its narrow and its long ones.
SIZES = [(20, 48), (47, 104), (130, 300), (60, 33), (40, 180)]
STRENGTHS = [(5.0, 0.0), (0.0, 0.1), (5.0, 0.1), (20.0, 0.3)]
# Half a pixel is the measurement's own, from the threshold.
TOLERANCE = 0.75  # pixels


def _tilt(sample: Any, seed: int, *strength: float, fill: int = 0) -> tuple[Any, Any]:
    torch.manual_seed(seed)
    return RandomTilt(*strength, fill=fill)(*sample)


def test_a_picture_without_digits_stays_without(draw_masks: Callable[..., Any]) -> None:
    image, target = _tilt(draw_masks("ellipse", [], (47, 104)), 0, 5, 0.1)
    assert target["boxes"].shape == (0, 4)
    assert target["boxes"].canvas_size == tuple(image.shape[-2:])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("strength", STRENGTHS)
def test_the_boxes_of_round_masks_are_their_extent(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    size: tuple[int, int],
    strength: tuple[float, float],
) -> None:
    sample = draw_masks("ellipse", digit_row(size), size)
    for seed in range(5):
        image, target = _tilt(sample, seed, *strength)
        for channel, box in zip(image, target["boxes"], strict=True):
            np.testing.assert_allclose(box.numpy(), extent(channel), atol=TOLERANCE)


@pytest.mark.parametrize("size", SIZES)
def test_the_boxes_of_angular_masks_cut_their_corners_by_little(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    size: tuple[int, int],
) -> None:
    boxes = digit_row(size)
    sample = draw_masks("rectangle", boxes, size)
    # A side's end goes by the sine of the angle; half the side is to either side of the middle.
    corner = 0.5 * math.sin(math.radians(5)) * (boxes[0][3] - boxes[0][1])
    for seed in range(5):
        image, target = _tilt(sample, seed, 5, 0)
        for channel, box in zip(image, target["boxes"], strict=True):
            left, top, right, bottom = (box.numpy() - extent(channel)).tolist()
            for inwards in (left, top, -right, -bottom):
                assert -TOLERANCE <= inwards <= corner + TOLERANCE


def _turned_digit(digit: int, angle: int) -> tuple[Any, Any]:
    """The extent of a digit before and after it is turned around the middle of 240 x 240 pixels."""
    pixels = Image.new("L", (240, 240))
    font = ImageFont.load_default(size=160)
    ImageDraw.Draw(pixels).text((120, 120), str(digit), fill=255, font=font, anchor="mm")
    turned = pixels.rotate(angle, Image.Resampling.BICUBIC)
    before, after = (image.point(lambda v: 255 * (v > 127)).getbbox() for image in (pixels, turned))
    return torch.tensor([before], dtype=torch.float32), torch.tensor([after], dtype=torch.float32)


def test_the_boxes_of_turned_digits_are_nearer_than_those_of_their_boxes_corners() -> None:
    frame = [(0.0, 0.0), (240.0, 0.0), (240.0, 240.0), (0.0, 240.0)]
    ours, corners = [], []
    for angle in (-8, -4, 4, 8):
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        turn = homography(
            frame,
            [
                (120 + cos * (x - 120) + sin * (y - 120), 120 - sin * (x - 120) + cos * (y - 120))
                for x, y in frame
            ],
        )
        for digit in range(10):
            before, after = _turned_digit(digit, angle)
            ours.append(float(box_iou(tilt_boxes(before, turn), after)))
            boxes = tv_tensors.BoundingBoxes(before, format="XYXY", canvas_size=(240, 240))
            corners.append(float(box_iou(F.rotate(boxes, angle).as_subclass(Tensor), after)))
    assert np.mean(ours) > np.mean(corners) + 0.03


@pytest.mark.parametrize("size", SIZES)
def test_all_of_the_picture_stays_in_a_frame_that_just_holds_it(
    extent: Callable[..., Any], draw_masks: Callable[..., Any], size: tuple[int, int]
) -> None:
    white = draw_masks("rectangle", [[0, 0, size[1], size[0]]], size)
    for seed in range(5):
        image, _ = _tilt(white, seed, 5, 0)
        area = float(image[0].to(torch.float64).sum()) / 255
        assert area == pytest.approx(size[0] * size[1], rel=0.02)
        height, width = image.shape[-2:]
        np.testing.assert_allclose(extent(image[0]), [0, 0, width, height], atol=1)


def test_the_rim_is_a_blend_of_picture_and_fill_and_no_darker(
    draw_masks: Callable[..., Any],
) -> None:
    flat, target = draw_masks("ellipse", [], (47, 104))
    flat = tv_tensors.wrap(torch.full_like(flat, 200), like=flat)
    for seed in range(5):
        assert set(_tilt((flat, target), seed, 5, 0.1, fill=200)[0].unique().tolist()) == {200}
        image, _ = _tilt((flat, target), seed, 5, 0.1, fill=114)
        assert int(image.min()) == 114
        assert int(image.max()) == 200


def test_no_strength_changes_nothing(
    draw_masks: Callable[..., Any], digit_row: Callable[..., Any]
) -> None:
    image, target = draw_masks("ellipse", digit_row((47, 104)), (47, 104))
    same, same_target = _tilt((image, target), 0, 0, 0)
    assert torch.equal(same, image)
    torch.testing.assert_close(same_target["boxes"], target["boxes"])


def test_what_is_no_geometry_stays(
    draw_masks: Callable[..., Any], digit_row: Callable[..., Any]
) -> None:
    image, target = draw_masks("ellipse", digit_row((47, 104)), (47, 104))
    before = target["boxes"].clone()
    tilted, moved = _tilt((image, target), 1, 5, 0.1)
    assert isinstance(tilted, tv_tensors.Image)
    assert tilted.dtype == torch.uint8
    assert isinstance(moved["boxes"], tv_tensors.BoundingBoxes)
    assert moved["boxes"].dtype == torch.float32
    assert {k: v for k, v in moved.items() if k != "boxes"} == {
        k: v for k, v in target.items() if k != "boxes"
    }
    assert torch.equal(target["boxes"], before)


def test_the_angle_goes_to_both_sides_as_far_as_is_said(
    draw_masks: Callable[..., Any],
) -> None:
    size = (60, 60)
    sample = draw_masks("rectangle", [[29, 5, 31, 55]], size)
    angles = []
    for seed in range(60):
        pixels = _tilt(sample, seed, 10, 0)[0][0].numpy().astype(np.float64)
        ys, xs = np.nonzero(pixels > 127)
        slope = np.polyfit(ys, xs, 1)[0]
        angles.append(math.degrees(math.atan(slope)))
    assert min(angles) == pytest.approx(-10, abs=1)
    assert max(angles) == pytest.approx(10, abs=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(rotation=-1), "rotation has to be from 0 to 45 degrees, got -1"),
        (dict(rotation=46), "rotation has to be from 0 to 45 degrees, got 46"),
        (dict(rotation=math.nan), "rotation has to be from 0 to 45 degrees, got nan"),
        (dict(perspective=-0.1), "perspective has to be from 0 to 0.5, got -0.1"),
        (dict(perspective=0.6), "perspective has to be from 0 to 0.5, got 0.6"),
        (dict(fill=256), "fill has to be from 0 to 255, got 256"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RandomTilt(**arguments)


def _points(matrix: Tensor, x: Any, y: Any) -> tuple[Any, Any]:
    """Map points one after another."""
    m = matrix.numpy()
    depth = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    return (
        (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / depth,
        (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / depth,
    )


SHARE = st.floats(0, 0.2)


@settings(deadline=None, max_examples=50)
@given(moves=st.lists(st.tuples(SHARE, SHARE), min_size=4, max_size=4))
def test_a_homography_takes_each_corner_where_it_should_go(
    moves: list[tuple[float, float]],
) -> None:
    old = [(0.0, 0.0), (104.0, 0.0), (104.0, 47.0), (0.0, 47.0)]
    new = [
        (x + dx * (52 - x) * 2, y + dy * (23.5 - y) * 2)
        for (x, y), (dx, dy) in zip(old, moves, strict=True)
    ]
    matrix = homography(old, new)
    for (x, y), (u, v) in zip(old, new, strict=True):
        np.testing.assert_allclose(_points(matrix, x, y), (u, v), atol=1e-9)
    # The box of an ellipse, against the points of its outline.
    angle = np.linspace(0, 2 * np.pi, 20_001)
    xs, ys = _points(matrix, 40 + 9 * np.cos(angle), 22 + 17 * np.sin(angle))
    boxes = tilt_boxes(torch.tensor([[31.0, 5, 49, 39]], dtype=torch.float64), matrix)
    expected = [xs.min(), ys.min(), xs.max(), ys.max()]
    np.testing.assert_allclose(boxes[0].numpy(), expected, atol=1e-5)
