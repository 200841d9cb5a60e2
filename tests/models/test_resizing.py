from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from digitdet.models import FasterRCNN
from digitdet.models.resizing import Resizing, resized_size

MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
SIZES = ((40, 75), (63, 31), (9, 70), (160, 200))  # some are magnified, others shrunk


def pictures(sizes: tuple[tuple[int, int], ...] = SIZES) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randint(0, 256, (3, *s), dtype=torch.uint8, generator=generator) for s in sizes]


def targets() -> list[dict[str, Tensor]]:
    boxes = [torch.empty(0, 4), *(torch.tensor([[2.0, 1, 9, 8], [5, 3, 31, 9]]) for _ in SIZES[1:])]
    return [{"boxes": value, "labels": torch.ones(len(value))} for value in boxes]


def torchvisions() -> GeneralizedRCNNTransform:
    return GeneralizedRCNNTransform(96, 200, MEAN, STD)


@pytest.mark.parametrize("training", [True, False])
def test_float32_is_torchvisions_bit_for_bit(training: bool) -> None:
    torch.manual_seed(3)
    batch, resized = Resizing(96, 200, MEAN, STD).train(training)(pictures(), targets())
    torch.manual_seed(3)
    plain = torchvisions().train(training)
    expected, expected_boxes = plain([image / 255 for image in pictures()], targets())
    assert torch.equal(batch.tensors, expected.tensors)
    assert batch.image_sizes == expected.image_sizes
    for own, other in zip(resized, expected_boxes, strict=True):
        assert torch.equal(own["boxes"], other["boxes"])


def test_uint8_differs_from_float32_by_one_of_255_values_at_most() -> None:
    batch, resized = Resizing(96, 200, MEAN, STD, "uint8")(pictures(), targets())
    expected, expected_boxes = torchvisions()([image / 255 for image in pictures()], targets())
    assert batch.image_sizes == expected.image_sizes
    assert batch.tensors.shape == expected.tensors.shape
    values = (batch.tensors - expected.tensors).abs() * torch.tensor(STD)[:, None, None] * 255
    # Rounded in both directions, by half a value each; 0 would mean not at all.
    assert 0 < values.max() <= 1.001
    for own, other in zip(resized, expected_boxes, strict=True):
        assert torch.equal(own["boxes"], other["boxes"])


@given(st.integers(20, 300), st.integers(20, 300), st.integers(16, 99), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_the_size_of_a_picture_is_that_which_torchvision_resizes_it_to(
    height: int, width: int, shortest: int, ratio: int
) -> None:
    plain = GeneralizedRCNNTransform(shortest, ratio * shortest, [0.0], [1.0]).eval()
    resized, _ = plain.resize(torch.zeros(1, height, width))
    assert resized_size(height, width, shortest, ratio * shortest) == resized.shape[-2:]


def test_uint8_pads_with_zeros_after_normalisation() -> None:
    batch, _ = Resizing(96, 200, MEAN, STD, "uint8")(pictures())
    for picture, (height, width) in zip(batch.tensors, batch.image_sizes, strict=True):
        assert (picture[:, :height, :width] != 0).any()
        assert (picture[:, height:] == 0).all()
        assert (picture[:, :, width:] == 0).all()


def test_uint8_leaves_a_picture_of_the_right_size_exactly_as_it_is() -> None:
    images = pictures(((96, 128),))
    batch, _ = Resizing(96, 200, MEAN, STD, "uint8")(images)
    expected, _ = torchvisions()([image / 255 for image in images])
    torch.testing.assert_close(batch.tensors, expected.tensors, rtol=1e-5, atol=1e-5)


def test_a_batch_with_a_float_picture_is_resized_as_float() -> None:
    images = pictures()
    mixed = [images[0].float() / 255, *images[1:]]
    batch, _ = Resizing(96, 200, MEAN, STD, "uint8")(mixed)
    expected, _ = torchvisions()([image / 255 for image in images])
    assert torch.equal(batch.tensors, expected.tensors)


def test_given_targets_and_pictures_stay_as_they_are() -> None:
    images, given = pictures(), targets()
    Resizing(96, 200, MEAN, STD, "uint8")(images, given)
    assert all(torch.equal(a, b) for a, b in zip(images, pictures(), strict=True))
    assert all(torch.equal(a["boxes"], b["boxes"]) for a, b in zip(given, targets(), strict=True))


def small(**changes: Any) -> FasterRCNN:
    torch.manual_seed(0)
    return FasterRCNN(
        backbone={"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
        anchor_sizes=[[12], [24]],
        head_conv_channels=[],
        head_fc_channels=[16],
        proposals_test=50,
        min_size=96,
        max_size=200,
        **changes,
    )


def test_a_detector_finds_nearly_the_same_in_pictures_that_are_resized_as_uint8() -> None:
    images = pictures(((40, 75),))
    with torch.no_grad():
        exact = small().eval()(images)[0]
        rounded = small(resize_dtype="uint8").eval()(images)[0]
    assert len(exact["scores"])
    best, near = exact["scores"][0], rounded["scores"][0]
    assert best != near
    torch.testing.assert_close(near, best, rtol=0, atol=0.01)


def test_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="resize_dtype is 'float32' or 'uint8', got 'float16'"):
        small(resize_dtype="float16")
