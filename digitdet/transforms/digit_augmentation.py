"""The ready augmentation for training on photographs of digits."""

import math
from collections.abc import Sequence

from torch import Tensor
from torchvision.transforms import v2

from digitdet.registry import TRANSFORMS
from digitdet.structures import Target
from digitdet.transforms.random_digit_crop import RandomDigitCrop
from digitdet.transforms.random_jpeg import RandomJPEG
from digitdet.transforms.random_scale import RandomScale
from digitdet.transforms.random_tilt import RandomTilt
from digitdet.transforms.torchvision_v2 import box_labels

# A slight turn moves the ends of a longer picture far, and its frame grows to hold them: 6 of
# SVHN's 33,402 training pictures are longer.
MAX_ASPECT = 5.0
MIN_SIDE = 8  # pixels; corners of a smaller picture can't be moved by a share of a side


class _WhereItFits(v2.RandomApply):
    """Applies a transform with a probability, but not to pictures too narrow or too long for it."""

    def __init__(
        self, transform: v2.Transform, p: float, min_side: int = 1, max_aspect: float = math.inf
    ) -> None:
        super().__init__([transform], p=p)
        self.min_side = min_side
        self.max_aspect = max_aspect

    def forward(self, image: Tensor, target: Target) -> tuple[Tensor, Target]:
        """Transform a sample, or leave it as it is."""
        short, long = sorted(image.shape[-2:])
        if short < self.min_side or long > self.max_aspect * short:
            return image, target
        return super().forward(image, target)


@TRANSFORMS.register_module()
class DigitAugmentation(v2.Compose):
    """Photographs as another camera would have taken them; no digit is mirrored or left in half.

    In this order, each with probability ``p`` and its strength drawn uniformly: perspective,
    rotation and zoom-out, which cut nothing off; crop; scale; colour, blur and JPEG. Then boxes are
    clamped to the picture, and what has no area is dropped. 0 switches a factor off, and so does
    None. Perspective and rotation leave pictures narrower than 8 pixels or longer than 5 times
    their width or height alone. An image goes in and comes out as uint8.

    Args:
        perspective: Greatest way of a corner inwards, as a share of half the side, to 0.5.
        rotation: Greatest angle to either side, in degrees.
        zoom_out: Greatest side of the frame laid around the picture, in sides of it, from 1.
        crop: Least side of the part cut out, as a share, to 1; see `RandomDigitCrop`.
        scale: Least and greatest factor to resize by; see `RandomScale`.
        color: Greatest change of brightness, contrast and saturation, as a share, to 1; the hue
            changes by at most a tenth of it, in turns.
        blur: Greatest standard deviation of the Gaussian blur, in pixels, from 0.1.
        jpeg: Least quality of the JPEG compression, to 95.
        p: Probability of each factor.
        min_visibility: Least share of its box by which the crop keeps a digit.
        fill: Grey value around a zoomed-out or turned picture, 0 to 255.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        perspective: float | None = 0.1,
        rotation: float | None = 5.0,
        zoom_out: float | None = 1.5,
        crop: float | None = 0.6,
        scale: Sequence[float] | None = (0.5, 1.25),
        color: float | None = 0.2,
        blur: float | None = 0.8,
        jpeg: int | None = 40,
        p: float = 0.5,
        min_visibility: float = 0.9,
        fill: int = 114,
    ) -> None:
        _check_range("zoom_out", zoom_out, 1, math.inf)
        _check_range("crop", crop, 0, 1)
        _check_range("color", color, 0, 1)
        _check_range("blur", blur, 0.1, math.inf)
        _check_range("jpeg", jpeg, 1, 95)
        if not 0 <= fill <= 255:
            raise ValueError(f"fill has to be from 0 to 255, got {fill!r}")
        steps: list[v2.Transform] = []
        if perspective or rotation:
            tilt = RandomTilt(rotation or 0, perspective or 0, fill)
            steps.append(_WhereItFits(tilt, p, MIN_SIDE, MAX_ASPECT))
        if zoom_out:
            steps.append(_WhereItFits(v2.RandomZoomOut(fill, (1, zoom_out), p=1), p))
        if crop:
            steps.append(_WhereItFits(RandomDigitCrop(crop, min_visibility), p))
        if scale:
            steps.append(_WhereItFits(RandomScale(scale), p))
        if color:
            steps.append(_WhereItFits(v2.ColorJitter(color, color, color, color / 10), p))
        if blur:
            radius = math.ceil(2 * blur)
            soften = v2.GaussianBlur(2 * radius + 1, (0.1, blur))
            steps.append(_WhereItFits(soften, p, min_side=radius + 1))  # it mirrors the rim
        if jpeg:
            steps.append(_WhereItFits(RandomJPEG((jpeg, 95)), p))
        steps += [v2.ClampBoundingBoxes(), v2.SanitizeBoundingBoxes(labels_getter=box_labels)]
        super().__init__(steps)


def _check_range(name: str, value: float | None, low: float, high: float) -> None:
    if value and not low <= value <= high:
        limit = f"from {low:g}" if math.isinf(high) else f"from {low:g} to {high:g}"
        raise ValueError(f"{name} has to be {limit}, or 0 or None for off, got {value!r}")
