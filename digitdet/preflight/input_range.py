"""Compares the images that a model gets with the normalisation that it does."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from digitdet.preflight.findings import Finding, Status, conclude
from digitdet.preflight.samples import Samples, parts

# After the normalisation mean 0 and deviation 1 are meant. Beyond these, something was done twice
# or not at all; a folder of dark or pale pictures stays within.
MEAN_LIMIT = 2.0
DEVIATION_LIMITS = (0.05, 3.0)
SLACK = 0.01  # resizing may overshoot 0 and 1 a little
BYTES = 10.0  # floats that reach beyond it were meant as 0 to 255
REMEDY = (
    "leave images uint8, or scale them to 0..1: dict(type='ToDtype', dtype='float32', scale=True)"
)


def check_input(splits: Sequence[Samples], model: nn.Module) -> Finding:
    """Check the range of the images, and their mean and deviation as the model normalises them.

    Args:
        splits: Samples of the splits.
        model: The model. Where it does not say how it normalises, by ``transform.image_mean`` or
            ``data_preprocessor.mean``, only the range is judged.
    """
    faults: dict[Status, list[str]] = {"error": [], "warning": [], "ok": []}
    for samples in splits:
        images: list[Tensor] = samples.collate()["images"]
        pixels = torch.cat([to_values(image).flatten(1) for image in images], dim=1)
        normalised = _normalise(pixels, model)
        status, text = _judge(pixels, normalised, list(_normalizing(samples.dataset)))
        kind = str(images[0].dtype).removeprefix("torch.")
        text = text or f"{kind}, {_figures(normalised)}"
        faults[status].append(f"{samples.split}: {text}")
    return conclude("input", "; ".join(faults["ok"]), faults["error"], faults["warning"])


def to_values(image: Tensor) -> Tensor:
    """Return an image as a model sees it before it normalises: bytes divided by 255."""
    return image.double() / 255 if image.dtype == torch.uint8 else image.double()


def _normalise(pixels: Tensor, model: nn.Module) -> Tensor | None:
    """Normalise (3, P) values as a model does; None if it does not say how."""
    transform = getattr(model, "transform", None)
    mean, std = (getattr(transform, f"image_{name}", None) for name in ("mean", "std"))
    if mean is None or std is None:
        preprocessor = getattr(model, "data_preprocessor", None)
        mean, std = (getattr(preprocessor, name, None) for name in ("mean", "std"))
    if mean is None or std is None:
        return None
    columns = (torch.as_tensor(v, dtype=torch.float64).cpu().reshape(-1, 1) for v in (mean, std))
    center, scale = columns
    return (pixels - center) / scale


def _judge(
    pixels: Tensor, normalised: Tensor | None, normalizing: Sequence[str]
) -> tuple[Status, str]:
    """Return how grave it is, and what is wrong with the values, if anything is."""
    if not torch.isfinite(pixels).all():
        return "error", "pixels are not finite; look for the transform that makes them so"
    low, high = float(pixels.min()), float(pixels.max())
    reach = f"images are floats from {low:.3g} to {high:.3g}"
    far = normalised is not None and _is_far(normalised)
    if high > BYTES and low >= -SLACK:
        if not far and normalised is not None:
            return "ok", ""
        text = f"{reach}, and the model takes floats as they are; {REMEDY}"
        return ("error" if far else "warning"), text
    if low < -SLACK or high > 1 + SLACK:
        culprit = f": `transforms` holds {', '.join(normalizing)}" if normalizing else ""
        return "warning", (
            f"{reach}{culprit}, and the model normalises by itself; take Normalize out of "
            f"`transforms` and set model.mean and model.std, which the checkpoint carries; {REMEDY}"
        )
    if far:
        return "warning", (
            f"{_figures(normalised)}, far from 0 and 1; if that is not the question, correct "
            "model.mean and model.std"
        )
    return "ok", ""


def _is_far(normalised: Tensor) -> bool:
    """Whether a channel's mean is far from 0, or the deviation within channels far from 1."""
    low, high = DEVIATION_LIMITS
    mean = float(normalised.mean(dim=1).abs().max())
    return mean > MEAN_LIMIT or not low <= float(normalised.std(dim=1).mean()) <= high


def _figures(normalised: Tensor | None) -> str:
    if normalised is None:
        return "the model does not say how it normalises"
    mean, deviation = float(normalised.mean()), float(normalised.std(dim=1).mean())
    return f"normalised mean {mean:.2f}, deviation {deviation:.2f}"


def _normalizing(dataset: Any) -> Iterator[str]:
    """Name the transforms of a data set that normalise."""
    for part in parts(dataset):
        for transform in getattr(getattr(part, "pipeline", None), "transforms", ()):
            if "Normalize" in type(transform).__name__:
                yield type(transform).__name__
