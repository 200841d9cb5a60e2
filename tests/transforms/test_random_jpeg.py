"""The traces of JPEG compression."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torchvision import tv_tensors
from torchvision.transforms.v2 import functional as F  # noqa: N812

from digitdet.transforms import RandomJPEG


def _picture(height: int, width: int) -> Any:
    """Smooth colours with an edge, as photographs have them."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack(
        [128 + 90 * np.sin(x / 9), 128 + 90 * np.cos(y / 7), 60 + (x > width / 2) * 99]
    )
    return tv_tensors.Image(torch.from_numpy(pixels.astype(np.uint8)))


def _error(image: Any, quality: tuple[int, int]) -> float:
    coded, _ = RandomJPEG(quality)(image, {})  # type: ignore[typeddict-item]
    return float((coded.to(torch.float32) - image.to(torch.float32)).abs().mean())


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7, 5), (47, 104)])
def test_a_picture_keeps_its_size_and_type(size: tuple[int, int]) -> None:
    coded, _ = RandomJPEG()(_picture(*size), {})  # type: ignore[typeddict-item]
    assert isinstance(coded, tv_tensors.Image)
    assert coded.shape == (3, *size)
    assert coded.dtype == torch.uint8
    assert coded.is_contiguous()


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
@pytest.mark.parametrize("size", [(20, 48), (47, 104), (130, 300)])
def test_digits_stay_where_their_boxes_are(
    draw_masks: Callable[..., Any],
    digit_row: Callable[..., Any],
    extent: Callable[..., Any],
    kind: str,
    size: tuple[int, int],
) -> None:
    image, target = draw_masks(kind, digit_row(size)[:1], size)
    coded, same = RandomJPEG((20, 20))(image, target)
    assert same is target
    np.testing.assert_allclose(target["boxes"][0].numpy(), extent(coded[1]), atol=1.0)


@pytest.mark.parametrize("quality", [10, 40, 95])
def test_it_does_what_torchvisions_codec_does(quality: int) -> None:
    image = _picture(47, 104)
    coded, _ = RandomJPEG((quality, quality))(image, {})  # type: ignore[typeddict-item]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its deprecation
        expected = F.jpeg(image, quality)
    difference = (coded.to(torch.float32) - expected.to(torch.float32)).abs()
    assert float(difference.mean()) < 0.2 * _error(image, (quality, quality)) + 0.1


def test_less_quality_leaves_more_traces() -> None:
    errors = [_error(_picture(47, 104), (quality, quality)) for quality in (95, 60, 30, 5)]
    assert errors == sorted(errors)
    assert errors[-1] > 2 * errors[0]


def test_the_quality_is_drawn_from_its_range() -> None:
    image = _picture(47, 104)
    torch.manual_seed(0)
    errors = [_error(image, (30, 90)) for _ in range(20)]
    assert len(set(errors)) > 5
    assert _error(image, (90, 90)) <= min(errors) <= max(errors) <= _error(image, (30, 30))


@pytest.mark.parametrize("quality", [(), (40,), (0, 50), (50, 40), (40, 96), (10, 20, 30)])
def test_a_quality_out_of_its_range_is_refused(quality: Any) -> None:
    with pytest.raises(ValueError, match="quality has to be a least and a greatest quality within"):
        RandomJPEG(quality)
