"""The ready augmentation as a whole."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision import tv_tensors

from digitdet.datasets import CocoDigits, collate
from digitdet.datasets.annotations import read_annotations
from digitdet.registry import TRANSFORMS
from digitdet.transforms import DigitAugmentation, Pipeline

SIZES = [(20, 48), (47, 104), (130, 300), (60, 33), (40, 180)]  # real pictures'
OFF: dict[str, Any] = dict.fromkeys(
    ("perspective", "rotation", "zoom_out", "crop", "scale", "color", "blur", "jpeg"), 0
)
GEOMETRY: dict[str, Any] = dict(color=0, blur=0, jpeg=0)
# Half a pixel is the measurement's own; scaling, blur and JPEG move the half-bright line.
TOLERANCE = 1.5  # pixels


def _augment(sample: Any, seed: int, **arguments: Any) -> tuple[Any, Any]:
    torch.manual_seed(seed)
    return DigitAugmentation(**arguments)(*sample)


def test_a_picture_without_digits_stays_without(draw_masks: Callable[..., Any]) -> None:
    for seed in range(20):
        sample = _augment(draw_masks("ellipse", [], (47, 104)), seed, p=1.0)
        assert len(collate([sample])["targets"][0]["labels"]) == 0


@pytest.mark.parametrize("off", [0, None])
def test_without_its_factors_it_changes_nothing(
    draw_masks: Callable[..., Any], digit_row: Callable[..., Any], off: Any
) -> None:
    image, target = draw_masks("ellipse", digit_row((47, 104)), (47, 104))
    same, same_target = _augment((image, target), 0, **dict.fromkeys(OFF, off), p=1.0)
    assert torch.equal(same, image)
    assert torch.equal(same_target["boxes"], target["boxes"])


@pytest.mark.parametrize("factor", OFF)
def test_each_factor_alone_changes_the_picture(
    draw_masks: Callable[..., Any], digit_row: Callable[..., Any], factor: str
) -> None:
    image, target = draw_masks("ellipse", digit_row((47, 104)), (47, 104))
    on = {key: value for key, value in OFF.items() if key != factor}
    changed = [_augment((image, target), seed, **on, p=1.0)[0] for seed in range(10)]
    assert any(c.shape != image.shape or not torch.equal(c, image) for c in changed)
    same, _ = _augment((image, target), 0, **on, p=0.0)
    assert torch.equal(same, image)


@pytest.mark.parametrize("size", SIZES)
def test_the_box_of_a_round_mask_is_its_extent(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    size: tuple[int, int],
) -> None:
    sample = draw_masks("ellipse", digit_row(size)[1:2], size)
    for seed in range(25):
        image, target = _augment(sample, seed, fill=0, p=0.8)
        np.testing.assert_allclose(target["boxes"][0].numpy(), extent(image[1]), atol=TOLERANCE)


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
@pytest.mark.parametrize("size", SIZES)
def test_each_digit_is_boxed_as_it_is_seen_or_gone(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    kind: str,
    size: tuple[int, int],
) -> None:
    sample = draw_masks(kind, digit_row(size), size)
    # Corners of a rectangle go by the turn of its sides: 5 degrees, and the tilt of the picture.
    slant = 0.5 * (math.sin(math.radians(5)) + 0.1 * size[1] / size[0] / 2)
    for seed in range(15):
        image, target = _augment(sample, seed, fill=0, p=0.8, crop=0.3, **GEOMETRY)
        kept = dict(zip(target["labels"].tolist(), target["boxes"], strict=True))
        assert kept
        for label, channel in enumerate(image, start=1):
            if label not in kept:
                assert float(channel.to(torch.float32).mean()) < 0.05 * 255
                continue
            box = kept[label].numpy()
            corner = slant * (box[3] - box[1]) if kind == "rectangle" else 0.0
            left, top, right, bottom = (box - extent(channel)).tolist()
            for inwards in (left, top, -right, -bottom):
                assert -TOLERANCE <= inwards <= corner + TOLERANCE


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_no_picture_is_mirrored_or_turned_far(draw_masks: Callable[..., Any], seed: int) -> None:
    # Corners of a triangle: left, right of it, and below the left one.
    marks = [[30.0, 10, 36, 16], [66, 10, 72, 16], [30, 32, 36, 38]]
    image, target = draw_masks("rectangle", marks, (47, 104))
    image, target = _augment((image, target), seed, p=1.0, crop=0, **GEOMETRY)
    middles = [np.argwhere(channel.numpy() > 140).mean(axis=0) for channel in image]
    across, down = middles[1] - middles[0], middles[2] - middles[0]  # (row, column)
    assert across[1] > abs(across[0])
    assert down[0] > abs(down[1])


@settings(deadline=None, max_examples=100)
@given(
    size=st.tuples(st.integers(1, 60), st.integers(1, 120)),
    boxes=st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=4),
    seed=st.integers(0, 10**6),
)
def test_any_picture_gives_what_a_model_takes(
    size: tuple[int, int], boxes: list[tuple[float, ...]], seed: int
) -> None:
    shares = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 2, 2).sort(dim=1).values
    scaled = shares.flatten(1) * torch.tensor([size[1], size[0]] * 2)
    target: Any = {
        "boxes": tv_tensors.BoundingBoxes(scaled, format="XYXY", canvas_size=size),
        "labels": torch.ones(len(boxes), dtype=torch.int64),
        "iscrowd": torch.zeros(len(boxes), dtype=torch.bool),
        "source": "any.png",
    }
    image = tv_tensors.Image(torch.full((3, *size), 90, dtype=torch.uint8))
    image, target = _augment((image, target), seed, p=1.0)
    batch = collate([(image, target)])
    assert batch["images"][0].dtype == torch.uint8
    height, width = image.shape[-2:]
    for x0, y0, x1, y1 in batch["targets"][0]["boxes"].tolist():
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height


def test_the_same_draws_give_the_same_sample(
    draw_masks: Callable[..., Any], digit_row: Callable[..., Any]
) -> None:
    sample = draw_masks("ellipse", digit_row((47, 104)), (47, 104))
    pipeline = Pipeline([dict(type="DigitAugmentation", p=0.9)])
    first = [pipeline(*sample, index) for index in range(5)]
    pipeline.draws.set_epoch(1, 0)
    other = [pipeline(*sample, index) for index in range(5)]
    pipeline.draws.set_epoch(0, 0)
    again = [pipeline(*sample, index) for index in range(5)]
    for one, two in zip(first, again, strict=True):
        assert torch.equal(one[0], two[0])
        assert torch.equal(one[1]["boxes"], two[1]["boxes"])
    assert any(
        one[0].shape != two[0].shape or not torch.equal(one[0], two[0])
        for one, two in zip(first, other, strict=True)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(zoom_out=0.5), r"zoom_out has to be from 1, or 0 or None for off, got 0\.5"),
        (dict(color=1.5), r"color has to be from 0 to 1, or 0 or None for off, got 1\.5"),
        (dict(color=-0.1), r"color has to be from 0 to 1"),
        (dict(blur=0.01), r"blur has to be from 0\.1, or 0 or None for off, got 0\.01"),
        (dict(jpeg=99), r"jpeg has to be from 1 to 95"),
        (dict(crop=2), r"crop has to be from 0 to 1, or 0 or None for off, got 2"),
        (dict(rotation=90), r"rotation has to be from 0 to 45 degrees, got 90"),
        (dict(perspective=0.7), r"perspective has to be from 0 to 0\.5"),
        (dict(scale=(2, 1)), r"scale has to be a least and a greatest factor"),
        (dict(min_visibility=0), r"max_remnant has to be from 0 and below min_visibility"),
        (dict(fill=300, rotation=0, perspective=0), r"fill has to be from 0 to 255, got 300"),
        (dict(p=1.5), r"p` should be a floating point value"),
        (dict(color=math.nan), r"color has to be from 0 to 1"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TRANSFORMS.build(dict(type="DigitAugmentation", **arguments))


@pytest.mark.real_data
def test_boxes_hold_their_masks_at_the_geometry_of_real_photographs(
    real_data: Path, draw_masks: Callable[..., Any], extent: Callable[..., Any]
) -> None:
    annotations = read_annotations(real_data / "valid.json")
    for index in range(len(annotations)):
        size = tuple(annotations.sizes[index].tolist())
        first = annotations.boxes[annotations.of_image(index)][0].clip(0, [*size[::-1]] * 2)
        image, target = _augment(draw_masks("ellipse", [first.tolist()], size), index, fill=0)
        np.testing.assert_allclose(target["boxes"][0].numpy(), extent(image[1]), atol=TOLERANCE)


@pytest.mark.real_data
def test_real_photographs_are_augmented_in_each_epoch_anew(real_data: Path) -> None:
    augmentation = dict(type="DigitAugmentation", crop=0.3)
    dataset = CocoDigits("valid", "valid.json", str(real_data), transforms=[augmentation])
    batches = []
    for epoch in range(2):
        dataset.set_epoch(epoch, 0)
        batches.append(collate([dataset[index] for index in range(len(dataset))]))
    labels = [torch.cat([t["labels"] for t in batch["targets"]]) for batch in batches]
    whole = len(dataset.annotations.labels)
    assert all(0.8 * whole < len(kept) < whole for kept in labels)
    assert all(len(target["labels"]) for batch in batches for target in batch["targets"])
    pairs = zip(*(batch["images"] for batch in batches), strict=True)
    assert sum(a.shape == b.shape and torch.equal(a, b) for a, b in pairs) <= 2
