"""Measuring samples: geometry, colour, contrast and sharpness."""

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms.v2 import functional

from digitdet.inspection.samples import PictureStatistics, measure_pictures, measure_samples
from digitdet.structures import Target


def target(*boxes: tuple[float, float, float, float], labels: tuple[int, ...] = ()) -> Target:
    return {
        "image_id": 1,
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor(labels or [5] * len(boxes), dtype=torch.int64),
        "iscrowd": torch.zeros(len(boxes), dtype=torch.bool),
        "source": "1.png",
    }


def bar(ground: int, ink: int) -> Tensor:
    """A picture of 40 x 60 with an upright bar of 8 x 20 from (26, 10)."""
    image = torch.full((3, 40, 60), ground, dtype=torch.uint8)
    image[:, 10:30, 26:34] = ink
    return image


BAR = (20.0, 8.0, 40.0, 32.0)  # a loose box around it


def one(image: Tensor, *boxes: tuple[float, float, float, float]) -> PictureStatistics:
    return measure_pictures([(image, target(*boxes))])


def test_no_samples_give_no_measurements() -> None:
    assert [len(values) for values in vars(measure_samples([])).values()] == [0, 0, 0, 0, 0, 10]
    nothing = measure_pictures([])
    assert nothing.colors.shape == (0, 3)
    assert {len(values) for values in vars(nothing).values()} == {0}


def test_a_picture_without_boxes_has_a_color_and_a_ground_alone() -> None:
    found = one(bar(50, 200))
    assert len(found.digit_contrasts) == len(found.edge_widths) == 0
    assert np.isnan([found.box_deviations, found.gradients]).all()
    assert found.ground_deviations[0] == pytest.approx(bar(50, 200)[0].double().std(correction=0))


def test_the_geometry_is_that_of_the_samples() -> None:
    samples = [
        (torch.zeros(3, 40, 60), target((10, 5, 20, 25), (30, 5, 36, 25), labels=(1, 10))),
        (torch.zeros(3, 30, 90), target()),
    ]
    boxes: Tensor = tv_tensors.BoundingBoxes(
        torch.tensor([[1.0, 1, 3, 9]]), format="XYXY", canvas_size=(10, 10)
    )
    samples.append((torch.zeros(3, 10, 10), {**target((0, 0, 1, 1)), "boxes": boxes}))
    found = measure_samples(samples)
    assert found.widths.tolist() == [60, 90, 10]
    assert found.heights.tolist() == [40, 30, 10]
    assert found.box_heights.tolist() == [20, 20, 8]
    assert found.box_aspects.tolist() == pytest.approx([0.5, 0.3, 0.25])
    assert found.digits_per_picture.tolist() == [2, 0, 1]
    assert found.digit_counts.tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def test_the_color_is_the_mean_of_each_channel() -> None:
    image = torch.zeros(3, 2, 2, dtype=torch.uint8)
    image[0], image[1, 0] = 200, 100
    np.testing.assert_allclose(one(image).colors, [[200, 50, 0]])


@pytest.mark.parametrize(("ground", "ink"), [(50, 200), (200, 50), (120, 130)])
def test_contrast_is_ink_minus_ground(ground: int, ink: int) -> None:
    np.testing.assert_allclose(one(bar(ground, ink), BAR).digit_contrasts, [ink - ground])


def test_the_gray_levels_are_weighted_as_the_eye_does() -> None:
    image = torch.full((3, 40, 60), 100, dtype=torch.uint8)
    image[1, 10:30, 26:34] = 200
    np.testing.assert_allclose(one(image, BAR).digit_contrasts, [58.7])  # green: 0.587 (BT.601)


def test_an_edge_is_the_wider_the_more_it_is_blurred() -> None:
    sharp = bar(50, 200)
    widths = [
        one(functional.gaussian_blur(sharp, [13, 13], [sigma]), BAR).edge_widths[0]
        for sigma in (0.5, 1.0, 2.0)
    ]
    assert one(sharp, BAR).edge_widths[0] == pytest.approx(2)  # a step, by central differences
    assert 2 < widths[0] < widths[1] < widths[2]


def test_a_flat_box_has_no_contrast_and_no_edge() -> None:
    found = one(bar(90, 90), BAR)
    assert found.digit_contrasts[0] == found.gradients[0] == found.box_deviations[0] == 0
    assert np.isnan(found.edge_widths[0])


@pytest.mark.parametrize(
    "box", [(0, 0, 60, 40), (-5, -5, 99, 99), (70, 5, 80, 15), (30, 10, 20, 30), (5, 5, 5, 5)]
)
def test_a_box_without_surroundings_or_without_pixels_has_no_contrast(
    box: tuple[float, float, float, float],
) -> None:
    found = one(bar(50, 200), box)
    assert np.isnan([found.digit_contrasts, found.edge_widths]).all()


def test_another_digit_beside_is_not_taken_for_the_ground() -> None:
    image = bar(50, 200)
    image[:, :, 40:] = 255  # wholly within the other box
    alone = measure_pictures([(image, target(BAR, (40, 0, 60, 40)))])
    assert alone.digit_contrasts[0] == 150


def test_ink_and_ground_are_split_as_opencv_splits_them() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        content = rng.integers(0, 256 // rng.integers(1, 20), (16, 10), dtype=np.uint8)
        content[:8] = rng.integers(100, 256, (8, 10))
        threshold, _ = cv2.threshold(content, 0, 255, cv2.THRESH_OTSU)
        expected = content[content > threshold].mean() - content[content <= threshold].mean()
        image = torch.zeros(3, 30, 30, dtype=torch.uint8)
        image[:, 7:23, 10:20] = torch.from_numpy(content)
        found = one(image, (10, 7, 20, 23)).digit_contrasts[0]
        assert abs(found) == pytest.approx(expected)


def test_float_images_are_measured_in_the_same_units() -> None:
    image = bar(50, 200)
    expected, found = one(image, BAR), one(image / 255, BAR)
    for name, values in vars(expected).items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-5)


def test_several_samples_are_measured_in_their_order() -> None:
    samples = [(bar(50, 200), target(BAR)), (bar(0, 0), target()), (bar(9, 5), target(BAR, BAR))]
    found = measure_pictures(iter(samples))
    assert found.digit_contrasts.tolist() == pytest.approx([150, -4, -4])
    assert found.colors[1].tolist() == [0, 0, 0]
