"""Makes a batch of samples."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from digitdet.registry import FUNCTIONS
from digitdet.structures import Batch, Target

NEEDED = frozenset(("boxes", "labels", "iscrowd"))


def _plain(value: Any) -> Any:
    return value.as_subclass(Tensor) if isinstance(value, Tensor) else value


def check_sample(sample: Any) -> None:
    """Refuse what is no sample.

    Args:
        sample: What a data set gives.

    Raises:
        TypeError: If it is no pair of an image and a target.
        ValueError: If image or target is not what a model takes; the message names the source.
    """
    if not (isinstance(sample, tuple | list) and len(sample) == 2):
        raise TypeError(f"a data set gives pairs (image, target), got {type(sample).__name__}")
    image, target = sample
    if not isinstance(target, Mapping):
        raise TypeError(f"a target is a dict with 'boxes', got {type(target).__name__}")
    source = target.get("source", "a sample without `source`")
    if not target.keys() >= NEEDED:
        lacking = ", ".join(sorted(NEEDED - target.keys()))
        raise ValueError(f"{source}: the target lacks {lacking}; see structures.Target")
    for name in ("boxes", "labels", "iscrowd"):
        if not isinstance(target[name], Tensor):
            kind = type(target[name]).__name__
            raise ValueError(f"{source}: {name} of a target are a tensor, got {kind}")
    if target["labels"].dtype != torch.int64:
        raise ValueError(f"{source}: labels are int64, got {target['labels'].dtype}")
    _check_tensors(image, target, source)


def _check_tensors(image: Any, target: Mapping[str, Any], source: str) -> None:
    if not (isinstance(image, Tensor) and image.ndim == 3 and image.shape[0] == 3):
        shape = tuple(image.shape) if isinstance(image, Tensor) else type(image).__name__
        raise ValueError(f"{source}: an image is a (3, H, W) tensor, got {shape}")
    if image.dtype != torch.uint8 and not image.is_floating_point():
        raise ValueError(f"{source}: an image is uint8 or float, got {image.dtype}")
    # `len` of a tensor takes three times as long.
    counts = {
        "boxes": target["boxes"].shape[0],
        "labels": target["labels"].shape[0],
        "iscrowd": target["iscrowd"].shape[0],
    }
    if "numbers" in target:
        counts["numbers"] = target["numbers"].shape[0]
    if len(set(counts.values())) > 1:
        raise ValueError(
            f"{source}: {', '.join(counts)} differ in number, got {counts}; "
            "a transform that drops boxes must drop the others too"
        )


def _check_labels(targets: Sequence[Target]) -> None:
    labels = [target["labels"] for target in targets]
    if not labels or bool((torch.cat(labels) > 0).all()):  # one look at the whole batch
        return
    for target in targets:
        if (target["labels"] < 1).any():
            source = target.get("source", "a sample without `source`")
            raise ValueError(f"{source}: label 0 is the background; a digit's label is digit + 1")


@FUNCTIONS.register_module()
def collate(samples: Sequence[tuple[Tensor, Target]]) -> Batch:
    """Make a batch of plain tensors.

    Args:
        samples: Pairs of an image, (3, H, W), uint8 or float, and its target.

    Returns:
        The batch; images keep their sizes and types.

    Raises:
        ValueError: If a sample is not what a model takes; the message names its source.
    """
    for sample in samples:
        check_sample(sample)
    _check_labels([target for _, target in samples])
    return Batch(
        images=[_plain(image) for image, _ in samples],
        targets=[
            {k: v if type(v) is Tensor else _plain(v) for k, v in target.items()}
            for _, target in samples
        ],
    )
