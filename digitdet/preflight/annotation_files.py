"""The annotation files of a run, as they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from digitdet.checks.records import Split
from digitdet.datasets.annotated_pictures import AnnotatedPictures
from digitdet.datasets.annotations import Annotations, load_coco
from digitdet.preflight.samples import Samples, parts


@dataclass(frozen=True)
class AnnotatedPart:
    """A data set of a run that has annotations.

    Attributes:
        split: ``"train"`` or ``"val"``.
        dataset: The data set.
        annotations: Its annotations, as it reads them.
        records: The file's own records; None where it is no COCO file.
    """

    split: str
    dataset: Any
    annotations: Annotations
    records: Split | None


def annotated_parts(splits: Sequence[Samples]) -> list[AnnotatedPart]:
    """Return the annotated data sets of some splits, those within wrappers too."""
    return [part for samples in splits for part in _parts(samples)]


def _parts(samples: Samples) -> Iterator[AnnotatedPart]:
    for dataset in parts(samples.dataset):
        pictures = getattr(dataset, "pictures", None)
        if isinstance(pictures, AnnotatedPictures):
            annotations = pictures.annotations
            yield AnnotatedPart(samples.split, dataset, annotations, _read(dataset, annotations))


def _read(dataset: Any, annotations: Annotations) -> Split | None:
    file = annotations.file
    if not file.name.endswith((".json", ".json.gz")):
        return None
    content = load_coco(file)
    return Split(
        name="",
        source=str(file),
        folder=getattr(dataset, "image_dir", file.parent),
        images=content["images"],
        annotations=content["annotations"],
        categories=content["categories"],
    )
