"""What flows through digitdet: samples, batches, predictions and numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
import torch
from torch import Tensor


class Target(TypedDict):
    """Ground truth of one picture.

    Attributes:
        image_id: The picture's id, unique within a split.
        boxes: (N, 4) float32, xyxy in pixels of the image; N may be 0; in the file's order.
        labels: (N,) int64, 1 to 10 (digit + 1).
        iscrowd: (N,) bool.
        source: The picture's file, or ``synthetic:SEED:INDEX``.
        numbers: (N,) int64, the number of the picture that a digit belongs to, from 0. Only in
            evaluation, and only where the annotations say so: without it, all digits are one.
    """

    image_id: int
    boxes: Tensor
    labels: Tensor
    iscrowd: Tensor
    source: str
    numbers: NotRequired[Tensor]


class Prediction(TypedDict):
    """Detections of one picture, by falling score.

    Attributes:
        boxes: (M, 4) float32, xyxy in pixels of the original image; M may be 0.
        labels: (M,) int64, 1 to 10 (digit + 1).
        scores: (M,) float32, 0 to 1.
    """

    boxes: Tensor
    labels: Tensor
    scores: Tensor


@dataclass(frozen=True)
class Number:
    """A number read in a picture.

    Attributes:
        text: Its digits in reading order, leading zeros kept.
        boxes: (N, 4) float32, xyxy in pixels, one for each digit of ``text``.
        scores: (N,) float32, one for each digit of ``text``.
        confidence: The product of the scores: the probability that each digit is right, were they
            independent.
    """

    text: str
    boxes: Tensor
    scores: Tensor
    confidence: float


_KEYS = ("images", "targets")
_PACKED = ("boxes", "labels", "iscrowd")
_PACKED_TYPES = (torch.uint8, torch.float16, torch.float32, torch.float64)


class Batch(dict[str, Any]):
    """A batch of samples; its keys are exactly the arguments of a model's ``forward``.

    ``images`` is a list of (3, H, W) tensors of any sizes, ``targets`` a list of `Target`.
    Pickled, it becomes a few flat pieces: passing one piece from a worker costs far less than
    passing a handle for each small tensor. What holds images of differing types or further keys
    is passed as it is.
    """

    def __reduce__(self) -> tuple[Callable[..., "Batch"], tuple[Any, ...]]:
        images: list[Tensor] = self.get("images", [])
        targets: list[dict[str, Any]] = self.get("targets", [])
        types = {image.dtype for image in images}
        packed = len(types) == 1 and types <= set(_PACKED_TYPES) and set(self) == set(_KEYS)
        if not packed or len(targets) != len(images):
            return Batch, (dict(self),)
        shapes = [tuple(image.shape) for image in images]
        # As bytes: pickling an array copies it once more, at the protocol that workers use.
        arrays: list[Any] = [image.contiguous().numpy() for image in images]
        pixels = b"".join(arrays)
        counts = [len(target["boxes"]) for target in targets]
        has_numbers = all("numbers" in target for target in targets)
        keys = (*_PACKED, "numbers") if has_numbers else _PACKED
        flat = {key: torch.cat([target[key] for target in targets]).numpy() for key in keys}
        rest = [{k: v for k, v in target.items() if k not in flat} for target in targets]
        return _unpack, (pixels, arrays[0].dtype.str, shapes, counts, flat, rest)

    def __copy__(self) -> "Batch":
        return Batch(self)  # `pin_memory` asks for it; else all would be packed and unpacked


def _unpack(
    pixels: bytes,
    dtype: str,
    shapes: list[tuple[int, ...]],
    counts: list[int],
    flat: dict[str, Any],
    rest: list[dict[str, Any]],
) -> Batch:
    sizes = [int(torch.Size(shape).numel()) for shape in shapes]
    everything = np.frombuffer(bytearray(pixels), dtype=dtype)  # bytes can't be written to
    parts = torch.from_numpy(everything).split(sizes)
    images = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
    split = {key: torch.from_numpy(array).split(counts) for key, array in flat.items()}
    targets = [
        {**others, **{key: tensors[index] for key, tensors in split.items()}}
        for index, others in enumerate(rest)
    ]
    return Batch(images=images, targets=targets)
