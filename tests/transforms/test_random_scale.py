"""Pictures with fewer or more pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision import tv_tensors

from digitdet.transforms import RandomScale

SIZES = [(20, 48), (47, 104), (130, 300), (60, 33), (40, 180)]


def _scale(sample: Any, seed: int, *arguments: Any) -> tuple[Any, Any]:
    torch.manual_seed(seed)
    return RandomScale(*arguments)(*sample)


def test_a_picture_without_digits_is_resized(draw_masks: Callable[..., Any]) -> None:
    image, target = _scale(draw_masks("ellipse", [], (40, 90)), 0, (0.5, 0.5))
    assert image.shape == (3, 20, 45)
    assert target["boxes"].shape == (0, 4)
    assert target["boxes"].canvas_size == (20, 45)


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 2.0])
def test_boxes_are_the_extent_of_the_resized_masks(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    kind: str,
    size: tuple[int, int],
    factor: float,
) -> None:
    image, target = _scale(draw_masks(kind, digit_row(size), size), 0, (factor, factor), 0)
    for channel, box in zip(image, target["boxes"], strict=True):
        # Half a pixel of the old picture, however large it has become, is the measurement's own.
        tolerance = 0.5 + 0.5 * max(1.0, factor)
        np.testing.assert_allclose(box.numpy(), extent(channel), atol=tolerance)


def test_the_factor_is_drawn_evenly_in_its_logarithm(draw_masks: Callable[..., Any]) -> None:
    sample = draw_masks("ellipse", [], (400, 400))
    heights = [_scale(sample, seed, (0.5, 2.0))[0].shape[-2] for seed in range(200)]
    assert min(heights) == pytest.approx(200, abs=12)
    assert max(heights) == pytest.approx(800, abs=48)
    assert np.mean(np.array(heights) < 400) == pytest.approx(0.5, abs=0.1)


@settings(deadline=None, max_examples=100)
@given(
    size=st.tuples(st.integers(1, 150), st.integers(1, 300)),
    height=st.floats(0.01, 1),
    min_height=st.floats(0, 40),
    seed=st.integers(0, 10**6),
)
def test_no_digit_is_shrunk_below_the_height_that_is_said(
    size: tuple[int, int], height: float, min_height: float, seed: int
) -> None:
    before = height * size[0]
    box = torch.tensor([[0.0, 0, size[1], before]])
    target: Any = {"boxes": tv_tensors.BoundingBoxes(box, format="XYXY", canvas_size=size)}
    image = tv_tensors.Image(torch.zeros(3, *size, dtype=torch.uint8))
    small, moved = _scale((image, target), seed, (0.1, 0.9), min_height)
    after = float(moved["boxes"][0, 3])
    assert moved["boxes"].canvas_size == tuple(small.shape[-2:])
    assert after <= before + 1e-4  # the height makes nothing larger
    assert after >= min(before, min_height) - 0.5 * height - 1e-3  # the picture's side is rounded


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_a_narrow_picture_keeps_a_pixel(
    draw_masks: Callable[..., Any], size: tuple[int, int]
) -> None:
    image, _ = _scale(draw_masks("ellipse", [], size), 0, (0.1, 0.1))
    assert image.shape == (3, max(1, size[0] // 10), max(1, size[1] // 10))


@pytest.mark.parametrize("scale", [(), (0.5,), (0, 1), (-1, 1), (1.2, 0.8), (0.5, 1, 2)])
def test_a_scale_out_of_its_range_is_refused(scale: Any) -> None:
    with pytest.raises(ValueError, match="scale has to be a least and a greatest factor"):
        RandomScale(scale)


def test_a_negative_height_is_refused() -> None:
    with pytest.raises(ValueError, match="min_height has to be from 0 pixels, got -1"):
        RandomScale((0.5, 1), -1)
