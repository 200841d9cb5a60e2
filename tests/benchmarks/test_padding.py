"""Padded and real pixels, against torchvision's own resizing and padding."""

import numpy as np
import pytest
import torch
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from digitdet.benchmarks.padding import padded_over_real, resized_sizes


def test_one_picture_that_needs_no_padding_has_the_ratio_one() -> None:
    assert padded_over_real(np.array([[64, 96]]), [[0]]) == 1


@pytest.mark.parametrize("sides", [(64, 256), (100, 133)])
def test_sizes_and_padding_are_those_of_torchvision(sides: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    sizes = rng.integers(5, 200, (24, 2))
    transform = GeneralizedRCNNTransform(*sides, [0.0] * 3, [1.0] * 3).eval()
    batches = [list(range(start, start + 4)) for start in range(0, 24, 4)]
    resized = resized_sizes(sizes, *sides)
    padded = real = 0
    for batch in batches:
        images, _ = transform([torch.zeros(3, *sizes[index]) for index in batch])
        assert images.image_sizes == [tuple(resized[index]) for index in batch]
        padded += images.tensors[:, 0].numel()
        real += sum(height * width for height, width in images.image_sizes)
    assert padded_over_real(resized, batches) == padded / real
