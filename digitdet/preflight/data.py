"""Looks at ids and boxes of all annotations, and at a sample of pictures."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from digitdet.checks.box_checks import check_boxes
from digitdet.checks.category_checks import check_categories
from digitdet.checks.findings import Problem, group
from digitdet.checks.record_checks import check_records
from digitdet.checks.records import Split
from digitdet.datasets.synthetic_digits import SyntheticDigits
from digitdet.preflight.annotation_files import AnnotatedPart
from digitdet.preflight.findings import SHOWN, Finding, conclude, some
from digitdet.preflight.samples import Samples, parts
from digitdet.structures import Target

# Kinds of problems that spoil a whole file; others spoil single boxes.
SPOILING = ("boxes_relative", "categories_swapped", "ids_are_digits", "xyxy_as_xywh")


def check_data(
    splits: Sequence[Samples], annotated: Sequence[AnnotatedPart], num_classes: int | None
) -> Finding:
    """Check ids, boxes and sampled pictures.

    Args:
        splits: Samples of the splits, as their transforms leave them.
        annotated: Their annotated parts.
        num_classes: The model's classes with the background; None if it does not say.
    """
    errors: list[str] = []
    warnings: list[str] = []
    for records in {part.annotations.file: part.records for part in annotated}.values():
        for code, problems in group(_problems(records)).items() if records else ():
            (errors if code in SPOILING else warnings).append(_text(problems))
    for samples in splits:
        faults = list(_sample_faults(samples, num_classes))
        errors += faults[:SHOWN]
        if len(faults) > SHOWN:
            errors.append(f"{samples.split}: {len(faults) - SHOWN} more like these")
        if samples.split == "val":
            errors += _repeated_ids(samples)
        if not any(len(target["boxes"]) for _, target in samples.samples):
            warnings.append(
                f"{samples.split}: none of {len(samples.samples)} sampled pictures has a box; look "
                f"at them with `python tools/browse.py CONFIG --split {samples.split}`"
            )
    warnings += _shared(splits)
    counts = (f"{len(s.dataset)} {s.split} pictures ({len(s.samples)} read)" for s in splits)
    boxes = sum(len(part.annotations.boxes) for part in annotated)
    detail = ", ".join(counts) + (f", {boxes} boxes in files" if annotated else "")
    return conclude("data", detail, errors, warnings)


def _problems(split: Split) -> Iterator[Problem]:
    """Yield what `tools/check_data.py` calls errors in an annotation file."""
    for check in (check_records, check_categories, check_boxes):
        yield from (problem for problem in check(split) if problem.is_error)


def _text(problems: Sequence[Problem]) -> str:
    kind = problems[0].kind
    count = f"{len(problems)} times: " if len(problems) > 1 else ""
    return f"{kind.what}, {count}{problems[0]}; {kind.remedy} (tools/check_data.py tells all)"


def _sample_faults(samples: Samples, num_classes: int | None) -> Iterator[str]:
    for image, target in samples.samples:
        size = torch.tensor([image.shape[-1], image.shape[-2]] * 2, dtype=torch.float64)
        boxes = torch.as_tensor(target["boxes"]).as_subclass(torch.Tensor).double()
        fault = _box_fault(boxes, size) if samples.split == "train" else ""
        if not torch.isfinite(boxes).all():
            fault = "has a box that is not finite; label it again, or mend the transform"
        labels = target["labels"]
        if num_classes is not None and len(labels) and int(labels.max()) >= num_classes:
            fault = (
                f"has the label {int(labels.max())}, but a model of {num_classes} classes with the "
                f"background knows 1 to {num_classes - 1}; correct model.num_classes"
            )
        if fault:
            yield f"{samples.split}: {_source(target)} {fault}"


def _box_fault(boxes: torch.Tensor, size: torch.Tensor) -> str:
    """Say what is wrong with boxes to train on, if anything is."""
    beyond = (boxes < -0.01) | (boxes > size + 0.01)
    if beyond.any():
        box = boxes[beyond.any(dim=1)][0].tolist()
        return (
            f"has the box {box} (xyxy) outside its {size[0]:.0f} x {size[1]:.0f} pixels after the "
            "transforms; end `transforms` with ClampBoundingBoxes and SanitizeBoundingBoxes"
        )
    flat = (boxes[:, 2:] <= boxes[:, :2]).any(dim=1)
    if flat.any():
        return (
            f"has the box {boxes[flat][0].tolist()} (xyxy) without area after the transforms; end "
            "`transforms` with SanitizeBoundingBoxes; does the data set give xyxy, not xywh?"
        )
    return ""


def _source(target: Target) -> str:
    return str(target.get("source", "a sample"))


def _repeated_ids(samples: Samples) -> Iterator[str]:
    """Tell of ids that stand more than once: of all that a data set names, or of the samples'."""
    ids = getattr(samples.dataset, "image_ids", None)
    if ids is None:
        ids = [target["image_id"] for _, target in samples.samples if "image_id" in target]
    values, counts = np.unique(np.asarray(ids), return_counts=True)
    if (counts > 1).any():
        named = some([str(value) for value in values[counts > 1]])
        yield f"val: image ids stand more than once: {named}; number the pictures anew"


def _shared(splits: Sequence[Samples]) -> Iterator[str]:
    """Tell of pictures that train and val have in common."""
    by_split = {samples.split: list(parts(samples.dataset)) for samples in splits}
    if not {"train", "val"} <= by_split.keys():
        return
    train, val = ({f for p in by_split[s] for f in _files(p)} for s in ("train", "val"))
    if train & val:
        yield (
            f"{len(train & val)} pictures are in train and in val: {some(sorted(train & val))}; "
            "the figures will be too good; take them out of one"
        )
    seeds = [{p.seed for p in by_split[s] if isinstance(p, SyntheticDigits)} for s in by_split]
    if set.intersection(*seeds):
        yield (
            f"the scenes of train and val have the same seed, {min(set.intersection(*seeds))}, so "
            "the first epoch trains on those of val; give one another `seed`"
        )


def _files(dataset: Any) -> list[str]:
    """Name the picture files of a data set; none if it does not say."""
    return [str(file) for file in getattr(getattr(dataset, "pictures", None), "files", ())]
