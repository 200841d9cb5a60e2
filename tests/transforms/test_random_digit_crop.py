"""Crops that leave no digit in half."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision import tv_tensors

from digitdet.transforms import RandomDigitCrop
from digitdet.transforms.random_digit_crop import visible_shares

TOLERANCE = 0.75  # pixels; half a pixel is the measurement's own


def _crop(sample: Any, seed: int, **arguments: Any) -> tuple[Any, Any]:
    torch.manual_seed(seed)
    return RandomDigitCrop(**arguments)(*sample)


def _located(boxes: list[list[int]], size: tuple[int, int]) -> tuple[Any, Any]:
    """A picture whose pixels say where they lie: column, row, 0."""
    height, width = size
    pixels = np.zeros((3, height, width), dtype=np.uint8)
    pixels[0], pixels[1] = np.arange(width), np.arange(height)[:, None]
    return tv_tensors.Image(torch.from_numpy(pixels)), {
        "image_id": 1,
        "boxes": tv_tensors.BoundingBoxes(
            torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            format="XYXY",
            canvas_size=size,
        ),
        "labels": torch.arange(1, len(boxes) + 1),
        "iscrowd": torch.arange(len(boxes)) % 2 == 1,
        "source": "1.png",
    }


def _place(image: Any) -> tuple[int, int, int, int]:
    """Where a part of such a picture was cut out, xyxy."""
    return (*image[:2, 0, 0].tolist(), *(image[:2, -1, -1] + 1).tolist())


def test_a_picture_without_digits_is_cropped_anywhere() -> None:
    places = {_place(_crop(_located([], (40, 90)), seed)[0]) for seed in range(20)}
    assert len(places) == 20
    image, target = _crop(_located([], (40, 90)), 0)
    assert target["boxes"].shape == (0, 4)
    assert target["boxes"].canvas_size == tuple(image.shape[-2:])


@st.composite
def _scenes(draw: st.DrawFn) -> tuple[list[list[int]], tuple[int, int]]:
    """A picture's boxes, of at least 1 pixel, and its size; boxes may overlap."""
    height, width = draw(st.integers(1, 120)), draw(st.integers(1, 250))
    boxes = []
    for _ in range(draw(st.integers(0, 6))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
        boxes.append([left, top, right, bottom])
    return boxes, (height, width)


@settings(deadline=None, max_examples=200)
@given(
    scene=_scenes(),
    seed=st.integers(0, 10**6),
    min_side=st.sampled_from([0.05, 0.3, 0.6, 1.0]),
    shares=st.sampled_from([(0.9, 0.05), (1.0, 0.0), (0.5, 0.4)]),
)
def test_each_digit_is_seen_and_labelled_or_gone(
    scene: tuple[list[list[int]], tuple[int, int]],
    seed: int,
    min_side: float,
    shares: tuple[float, float],
) -> None:
    boxes, size = scene
    visibility, remnant = shares
    image, target = _crop(
        _located(boxes, size),
        seed,
        min_side=min_side,
        min_visibility=visibility,
        max_remnant=remnant,
    )
    left, top, right, bottom = _place(image)
    assert target["boxes"].canvas_size == tuple(image.shape[-2:]) == (bottom - top, right - left)
    kept = dict(zip(target["labels"].tolist(), target["boxes"].tolist(), strict=True))
    assert len(kept) == len(target["labels"]) == len(target["iscrowd"])
    assert list(kept) == sorted(kept)
    assert bool(kept) == bool(boxes)
    for label, (x0, y0, x1, y1) in enumerate(boxes, start=1):
        seen = np.zeros(size, dtype=bool)
        seen[y0:y1, x0:x1] = True
        share = seen[top:bottom, left:right].sum() / seen.sum()
        if label not in kept:
            assert share <= remnant + 1e-6
            continue
        assert share >= visibility - 1e-6
        ys, xs = np.nonzero(seen[top:bottom, left:right])
        assert kept[label] == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
    marks = dict(zip(target["labels"].tolist(), target["iscrowd"].tolist(), strict=True))
    assert all(crowd == (label % 2 == 0) for label, crowd in marks.items())


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
@pytest.mark.parametrize("size", [(20, 48), (47, 104), (130, 300)])
def test_boxes_are_the_extent_of_what_is_seen(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    kind: str,
    size: tuple[int, int],
) -> None:
    sample = draw_masks(kind, digit_row(size), size)
    counts = set()
    for seed in range(40):
        image, target = _crop(sample, seed, min_side=0.2)
        counts.add(len(target["labels"]))
        for label, box in zip(target["labels"].tolist(), target["boxes"], strict=True):
            np.testing.assert_allclose(box.numpy(), extent(image[label - 1]), atol=TOLERANCE)
    assert {1, 3} <= counts


def test_a_picture_that_no_crop_suits_stays_whole() -> None:
    sample = _located([[0, 0, 90, 40]], (40, 90))
    for seed in range(10):
        image, target = _crop(sample, seed, min_side=0.3, min_visibility=1, num_trials=3)
        assert torch.equal(image, sample[0])
        assert target is sample[1]


def test_sides_are_drawn_apart_and_at_least_as_long_as_is_said() -> None:
    sizes = [
        _crop(_located([], (100, 200)), seed, min_side=0.6)[0].shape[-2:] for seed in range(60)
    ]
    shares = np.array(sizes) / [100, 200]
    assert shares.min() >= 0.595
    assert shares.min() == pytest.approx(0.6, abs=0.03)
    assert shares.max() == pytest.approx(1.0, abs=0.03)
    assert abs(np.corrcoef(shares.T)[0, 1]) < 0.4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(min_side=0), r"min_side has to be above 0 to 1, got 0"),
        (dict(min_side=1.1), r"min_side has to be above 0 to 1, got 1\.1"),
        (dict(min_visibility=1.1), r"max_remnant has to be .* got 0\.05 and 1\.1"),
        (dict(min_visibility=0.3, max_remnant=0.3), r"max_remnant has to be .* got 0\.3 and 0\.3"),
        (dict(max_remnant=-0.1), r"max_remnant has to be from 0 .* got -0\.1"),
        (dict(num_trials=0), r"num_trials has to be at least 1, got 0"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RandomDigitCrop(**arguments)


def test_shares_of_no_boxes_are_none() -> None:
    assert visible_shares(torch.zeros(0, 4), torch.zeros(3, 4)).shape == (3, 0)


def test_a_box_without_area_is_not_seen() -> None:
    boxes = torch.tensor([[3.0, 3, 3, 9], [9, 3, 5, 9]])
    assert visible_shares(boxes, torch.tensor([[0, 0, 10, 10]])).tolist() == [[0, 0]]
