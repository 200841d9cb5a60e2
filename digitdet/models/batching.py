"""Predicts picture after picture in batches of one size, so that none depends on its neighbours."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from digitdet.models.multi_scale import MultiScale
from digitdet.models.resizing import resized_size
from digitdet.structures import Prediction

WINDOW = 64  # pictures that are read ahead at most
WINDOW_PIXELS = 2**25  # the same in pixels, 100 MB
BATCH = 16
BATCH_PIXELS = 2**20  # as the model pads them; some 0.9 GB with a ResNet-50

Found = tuple[Tensor, Prediction]


def predict_in_order(
    model: nn.Module,
    images: Iterable[Tensor | Exception],
    device: torch.device | str,
    alone: AbstractContextManager[Any] = nullcontext(),  # noqa: B008  it holds nothing
) -> Iterator[Found | Exception]:
    """Predict pictures in their order, in batches of those that the model pads to one size.

    A picture is padded as if it were alone: what is found in it is that, to rounding.

    Args:
        model: A detector in evaluation mode, on ``device``.
        images: (3, H, W) of any sizes; an error stands for one that could not be read. They are
            read ahead by `WINDOW` pictures and `WINDOW_PIXELS` pixels at most.
        device: Where the model computes.
        alone: Is entered while the model computes: a lock, where several threads share it.

    Yields:
        Each image with its prediction, on the CPU, as soon as all before it are there; an error as
        it came, or a ``ValueError`` for a picture of which resizing leaves nothing.
    """
    for window in _windows(_usable(model, item) for item in images):
        found: dict[int, Found | Exception] = {
            position: item for position, item in enumerate(window) if isinstance(item, Exception)
        }
        pictures = {p: item for p, item in enumerate(window) if isinstance(item, Tensor)}
        next_one = 0
        for batch in [*_batches(model, pictures), []]:  # the last for errors that come last
            with alone, torch.inference_mode():
                predictions = model([pictures[p].to(device) for p in batch]) if batch else []
            for position, prediction in zip(batch, predictions, strict=True):
                found[position] = (pictures[position], _on_cpu(prediction))
            while next_one in found:
                yield found.pop(next_one)
                next_one += 1


def _usable(model: nn.Module, item: Tensor | Exception) -> Tensor | Exception:
    """Return an item, or an error for a picture that the model would resize to no height or width.

    Some hundred times as long as it is wide, it would end the batch that it is in.
    """
    if isinstance(item, Exception) or all(min(size) for size in padded_sizes(model, item)):
        return item
    height, width = item.shape[-2:]
    return ValueError(
        f"a picture of {width}x{height} pixels is too narrow: at the model's input size none of "
        "them is left across; crop it"
    )


def _on_cpu(prediction: Prediction) -> Prediction:
    return {
        "boxes": prediction["boxes"].cpu(),
        "labels": prediction["labels"].cpu(),
        "scores": prediction["scores"].cpu(),
    }


def _windows(images: Iterable[Tensor | Exception]) -> Iterator[list[Tensor | Exception]]:
    window: list[Tensor | Exception] = []
    pixels = 0
    for image in images:
        window.append(image)
        pixels += image.shape[-2:].numel() if isinstance(image, Tensor) else 0
        if len(window) == WINDOW or pixels >= WINDOW_PIXELS:
            yield window
            window, pixels = [], 0
    yield window


def _batches(model: nn.Module, pictures: dict[int, Tensor]) -> list[list[int]]:
    """Part positions into batches of one size, in the order of their first pictures."""
    groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for position, image in pictures.items():
        groups.setdefault(padded_sizes(model, image), []).append(position)
    batches: list[list[int]] = []
    for sizes, group in groups.items():
        largest = max(height * width for height, width in sizes)
        length = max(1, min(BATCH, BATCH_PIXELS // largest))
        batches += [group[start : start + length] for start in range(0, len(group), length)]
    return sorted(batches)


def padded_sizes(model: nn.Module, image: Tensor) -> tuple[tuple[int, int], ...]:
    """Return the heights and widths that a model resizes and pads a picture to.

    They are those of torchvision's transform. What another model does is not known, so it is the
    picture's own size.

    Args:
        model: The model.
        image: (3, H, W).
    """
    height, width = image.shape[-2:]
    multi = model if isinstance(model, MultiScale) else None
    transform = getattr(model if multi is None else multi.detector, "transform", None)
    if not isinstance(transform, GeneralizedRCNNTransform):
        return ((height, width),)
    limits = [(transform.min_size, transform.max_size)]
    if multi is not None:  # the detector's own ones change while another thread predicts
        limits = [multi.scaled_sizes(scale) for scale in multi.scales]
    resized = (resized_size(height, width, shortest[-1], longest) for shortest, longest in limits)
    return tuple(_up(size, transform.size_divisible) for size in resized)


def _up(size: tuple[int, int], divisor: int) -> tuple[int, int]:
    return -(-size[0] // divisor) * divisor, -(-size[1] // divisor) * divisor
