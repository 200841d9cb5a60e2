"""Checks that the transforms of evaluation leave pictures and boxes where they are."""

import torch
from torch import Tensor

from digitdet.inspection.sources import without_transforms
from digitdet.preflight.findings import Finding, conclude
from digitdet.preflight.samples import Samples

REMEDY = (
    "predictions are judged in pixels of the original picture, so take what moves or resizes out "
    "of val_dataloader.dataset.transforms; the model resizes by itself"
)


def check_evaluation(samples: Samples) -> Finding:
    """Compare evaluated samples with what their data set reads.

    Args:
        samples: Samples of the evaluated split.
    """
    bare = without_transforms(samples.dataset)
    errors = []
    for index, (image, target) in zip(samples.indices, samples.samples, strict=True):
        plain, truth = (image, target) if bare is samples.dataset else bare[index]
        source = truth.get("source", f"sample {index}")
        if image.shape[-2:] != plain.shape[-2:]:
            sizes = [" x ".join(map(str, i.shape[-2:])) for i in (plain, image)]
            errors.append(f"{source}: the transforms make {sizes[1]} pixels of {sizes[0]}")
        elif not _is_same(target["boxes"], truth["boxes"]):
            errors.append(f"{source}: the transforms change boxes")
        elif not _is_same(target["labels"], truth["labels"]):
            errors.append(f"{source}: the transforms change labels")
    count = len(samples.samples)
    text = f"; {len(errors)} of {count} sampled pictures; {REMEDY}"
    detail = f"size, boxes and labels of {count} sampled pictures are as in the file"
    return conclude("evaluation", detail, [errors[0] + text] if errors else [])


def _is_same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same values; one that is no number is itself."""
    is_like = one.shape == other.shape
    return is_like and torch.allclose(one, other, rtol=0, atol=0, equal_nan=True)
