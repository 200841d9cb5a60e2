"""Follows digits from the annotation file to a prediction's file and back."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from digitdet.checks.records import Split
from digitdet.datasets.values import is_int
from digitdet.evaluation.submission import Detection, to_detections
from digitdet.inspection.sources import without_transforms
from digitdet.labels import label_to_digit
from digitdet.preflight.annotation_files import AnnotatedPart
from digitdet.preflight.findings import SHOWN, Finding, conclude, some
from digitdet.preflight.samples import Samples, spread
from digitdet.structures import Prediction

PICTURES = 64  # of each file
REREAD = 4  # samples that are read without the transforms, too
ENOUGH = 100  # training boxes; among fewer, a digit is missing by chance
ROUNDING = 0.01  # pixels: boxes are float32 within


def check_labels(
    splits: Sequence[Samples], annotated: Sequence[AnnotatedPart], num_classes: int | None
) -> Finding:
    """Check that a digit of the file comes back as the same category id.

    Each followed annotation goes from its category id to the target's label, to the digit, and to
    the id that ``pred.json`` would have. Boxes of evaluation have to come back too.

    Args:
        splits: Samples of the splits.
        annotated: Their annotated parts.
        num_classes: The model's classes with the background; None if it does not say.
    """
    errors: list[str] = []
    followed = 0
    for part in annotated:
        faults = list(_follow(part))
        followed += sum(1 for fault in faults if not fault)
        wrong = [fault for fault in faults if fault]
        errors += wrong[:SHOWN]
        if len(wrong) > SHOWN:
            errors.append(f"{part.annotations.file}: {len(wrong) - SHOWN} more like these")
    classes = {samples.split: _classes(samples.dataset) for samples in splits}
    errors += _class_faults({s: c for s, c in classes.items() if c}, num_classes)
    num_labels = sum(len(target["labels"]) for s in splits for _, target in s.samples)
    detail = f"{followed} annotations come back from file to file as the same category"
    if not annotated:
        detail = f"no annotation file; {num_labels} sampled labels"
    warnings = [*_differing_ids(splits), *_untrained(annotated), *_relabelled(splits)]
    return conclude("labels", detail, errors, warnings)


def _relabelled(splits: Sequence[Samples]) -> Iterator[str]:
    """Tell of training transforms that leave as many digits as there were, but other ones."""
    for samples in splits:
        bare = without_transforms(samples.dataset)
        if samples.split != "train" or bare is samples.dataset:
            continue
        pairs = zip(samples.indices[:REREAD], samples.samples[:REREAD], strict=True)
        for index, (_, target) in pairs:
            before, after = (sorted(t["labels"].tolist()) for t in (bare[index][1], target))
            if len(before) == len(after) and before != after:
                yield (
                    f"train: {target.get('source', f'sample {index}')}: the transforms make the "
                    f"labels {after} of {before}; they are digit + 1 and stay as they are"
                )
                return


def _classes(dataset: Any) -> tuple[str, ...]:
    return tuple(getattr(dataset, "metainfo", {}).get("classes", ()))


def _class_faults(classes: Mapping[str, Sequence[str]], num_classes: int | None) -> Iterator[str]:
    if len({*classes.values()}) > 1:
        yield f"the data sets of {' and '.join(classes)} have other classes: {dict(classes)}"
    for split, names in classes.items():
        if num_classes is not None and len(names) + 1 != num_classes:
            yield (
                f"model.num_classes is {num_classes}, but the data set of {split} has "
                f"{len(names)} classes, which make {len(names) + 1} with the background"
            )
            return


def _differing_ids(splits: Sequence[Samples]) -> Iterator[str]:
    """Tell where train and val files mean other digits by an id."""
    known = {s.split: getattr(s.dataset, "metainfo", {}).get("category_ids") for s in splits}
    maps = {split: ids for split, ids in known.items() if ids}
    if "train" in maps and "val" in maps:
        train, val = maps["train"], maps["val"]
        other = [label for label in train if label in val and train[label] != val[label]]
        if other:
            digits = some([str(label_to_digit(label)) for label in other])
            yield (
                f"the train and val files have other category ids for the digits {digits}; both "
                "are read by the categories' names, and predictions get the ids of the split that "
                "is tested. If the names of one file are wrong, correct them"
            )


def _untrained(annotated: Sequence[AnnotatedPart]) -> Iterator[str]:
    """Tell of digits that are validated but never trained, where both are from files alone."""
    labels = {split: set[int]() for split in ("train", "val")}
    for part in annotated:
        labels[part.split] |= set(part.annotations.labels.tolist())
    boxes = sum(len(part.annotations.labels) for part in annotated if part.split == "train")
    missing = sorted(labels["val"] - labels["train"]) if boxes >= ENOUGH else []
    if missing:
        digits = some([str(label_to_digit(label)) for label in missing])
        yield f"the train files have no box of the digits {digits}, which val has; is that meant?"


def _follow(part: AnnotatedPart) -> Iterator[str]:
    """Yield for each followed annotation what is wrong, or an empty text."""
    if part.records is None:
        return
    known = _by_id(part.records)
    names = {c["id"]: str(c["name"]).strip() for c in part.records.categories}
    ids = getattr(part.dataset, "metainfo", {}).get("category_ids", {})
    for position in spread(len(part.annotations), PICTURES):
        target = part.dataset.pictures.targets([position])[0]
        scores = torch.ones(len(target["labels"]))
        found = Prediction(boxes=target["boxes"], labels=target["labels"], scores=scores)
        written = to_detections(target["image_id"], found, ids)
        rows = part.annotations.annotation_ids[part.annotations.of_image(position)].tolist()
        for row, label, detection in zip(rows, target["labels"].tolist(), written, strict=True):
            if row in known:
                fault = _fault(known[row], names, label, detection, part.split == "val")
                yield f"{part.annotations.file}: annotation {row}: {fault}" if fault else ""


def _by_id(records: Split) -> dict[int, Mapping[str, Any]]:
    """Return annotation id -> record, of ids that stand once; without id it is the position."""
    ids = [
        record["id"] if is_int(record.get("id")) else position
        for position, record in enumerate(records.annotations)
    ]
    counts = Counter(ids)
    pairs = zip(ids, records.annotations, strict=True)
    return {row: record for row, record in pairs if counts[row] == 1}


def _fault(
    record: Mapping[str, Any],
    names: Mapping[int, str],
    label: int,
    detection: Detection,
    with_box: bool,
) -> str:
    category = record["category_id"]
    name, digit = names[category], label_to_digit(label)
    if name != str(digit):
        return (
            f"category {category} is named {name!r} in the file, but the data set makes the label "
            f"{label} of it, the digit {digit}; correct how the data set reads labels"
        )
    if detection["category_id"] != category:
        return (
            f"category {category} would come back as {detection['category_id']} in pred.json; "
            "correct the data set's metainfo['category_ids']"
        )
    if with_box and not np.allclose(detection["bbox"], record["bbox"], atol=ROUNDING):
        return (
            f"the box {record['bbox']} (xywh) would come back as {detection['bbox']}; correct how "
            "the data set reads boxes"
        )
    return ""
