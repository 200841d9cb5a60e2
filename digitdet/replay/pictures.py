"""The pictures of a recorded batch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from digitdet.drawing import draw_boxes
from digitdet.labels import label_to_digit


def leave_out(batch: Mapping[str, Any], without: Sequence[int]) -> dict[str, Any]:
    """Return a batch without some of its pictures.

    Args:
        batch: Lists of as many items as there are pictures; anything where none is left out.
        without: Pictures, counted from 0.

    Raises:
        ValueError: If one is not there, or none would be left.
    """
    if not without:
        return dict(batch)
    size = len(batch.get("images", ()))
    strange = [index for index in without if not 0 <= index < size]
    if strange:
        raise ValueError(f"--without: the batch has pictures 0 to {size - 1}, got {strange[0]}")
    if len(set(without)) == size:
        raise ValueError("--without: no picture is left")
    kept = [index for index in range(size) if index not in without]
    return {key: [items[index] for index in kept] for key, items in batch.items()}


def one_picture(batch: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Return the batch of one picture alone."""
    return {key: [items[index]] for key, items in batch.items()}


def draw_pictures(folder: Path, batch: Mapping[str, Any]) -> None:
    """Draw the pictures with their boxes to ``pictures/INDEX.png``.

    Args:
        folder: The replay folder.
        batch: ``images``, (3, H, W), uint8 or float in 0 to 1, and ``targets``.
    """
    (folder / "pictures").mkdir(exist_ok=True)
    for index, (image, target) in enumerate(zip(batch["images"], batch["targets"], strict=True)):
        boxes = torch.nan_to_num(target["boxes"])
        texts = [_text(int(label)) for label in target["labels"]]
        drawn = draw_boxes(_as_bytes(image), boxes, texts, caption=str(target.get("source", "")))
        drawn.save(folder / "pictures" / f"{index}.png")


def _text(label: int) -> str:
    return str(label_to_digit(label)) if 1 <= label <= 10 else f"label {label}"


def _as_bytes(image: Tensor) -> Tensor:
    """Return a picture as uint8; values that are no number are black, infinite ones white."""
    if image.dtype == torch.uint8:
        return image
    return (torch.nan_to_num(image.float()).clamp(0, 1) * 255).round().to(torch.uint8)
