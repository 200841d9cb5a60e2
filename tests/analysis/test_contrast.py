"""Contrast of numbers, on pictures of known grey levels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from digitdet.analysis.contrast import measure_contrasts, number_contrast
from digitdet.datasets.coco_digits import CocoDigits


def halves(dark: tuple[int, int, int], light: tuple[int, int, int]) -> np.ndarray:
    """A picture of 10 x 20 pixels, dark at the left, light at the right."""
    image = np.empty((3, 10, 20), dtype=np.uint8)
    image[:, :, :10] = np.array(dark)[:, None, None]
    image[:, :, 10:] = np.array(light)[:, None, None]
    return image


WHOLE = torch.tensor([[0.0, 0, 20, 10]])


def test_a_number_outside_its_picture_has_no_contrast() -> None:
    image = halves((0, 0, 0), (255, 255, 255))
    for box in ([30.0, 0, 40, 10], [-9, -9, -1, -1], [5, 5, 5, 5]):
        assert number_contrast(image, torch.tensor([box])) == -1


@pytest.mark.parametrize(
    ("dark", "light", "contrast"),
    [
        ((0, 0, 0), (255, 255, 255), 1.0),
        ((90, 90, 90), (90, 90, 90), 0.0),
        ((50, 50, 50), (101, 101, 101), 0.2),
        ((255, 255, 255), (0, 0, 0), 1.0),  # dark on light as light on dark
        ((255, 0, 0), (0, 255, 0), 0.587 - 0.299),
        ((0, 0, 255), (0, 0, 0), 0.114),
    ],
)
def test_it_is_the_range_of_the_luma(
    dark: tuple[int, int, int], light: tuple[int, int, int], contrast: float
) -> None:
    assert number_contrast(halves(dark, light), WHOLE) == pytest.approx(contrast, abs=1e-12)


def test_it_is_measured_where_the_number_stands_and_single_pixels_do_not_matter() -> None:
    image = halves((0, 0, 0), (255, 255, 255))
    assert number_contrast(image, torch.tensor([[0.0, 0, 9, 10]])) == 0
    assert number_contrast(image, torch.tensor([[0.0, 0, 3, 10], [8, 0, 14, 10]])) == 1
    flat = halves((80, 80, 80), (80, 80, 80))
    flat[:, 3, 3:8] = 255
    assert number_contrast(flat, WHOLE) == 0


def test_each_picture_is_measured_and_one_without_a_number_is_not(
    write_coco: Callable[..., Path],
) -> None:
    file = write_coco(boxes=[[10, 10, 20, 20]], size=(40, 60))
    picture = file.parent / "pictures" / "1.png"
    Image.fromarray(np.tile(np.uint8([0, 51]), (40, 30))).save(picture)
    dataset = CocoDigits(str(picture.parent), str(file), test_mode=True)
    assert measure_contrasts(dataset).tolist() == [pytest.approx(0.2)]
    file = write_coco(boxes=[], size=(40, 60))
    dataset = CocoDigits(str(picture.parent), str(file), test_mode=True)
    assert measure_contrasts(dataset).tolist() == [-1]


def test_a_picture_that_cannot_be_read_is_named(write_coco: Callable[..., Path]) -> None:
    file = write_coco(boxes=[[10, 10, 20, 20]])
    picture = file.parent / "pictures" / "1.png"
    picture.write_bytes(b"no picture")
    dataset = CocoDigits(str(picture.parent), str(file), test_mode=True)
    with pytest.raises(ValueError, match=r"1\.png: can't be decoded .* image id 1 of .*digits"):
        measure_contrasts(dataset)
