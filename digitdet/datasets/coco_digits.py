"""Digits of a COCO annotation file, the homework's layout."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log
from numpy.typing import NDArray
from torch.utils.data import Dataset

from digitdet.datasets.annotated_pictures import AnnotatedPictures
from digitdet.datasets.annotations import Annotations, read_annotations
from digitdet.datasets.categories import complete_category_ids
from digitdet.datasets.cleaning import clean
from digitdet.datasets.folders import check_folder, missing_files
from digitdet.datasets.pictures import CACHE_BYTES
from digitdet.datasets.samples import Sample, transform_samples
from digitdet.datasets.subsets import count_labels, resolve_indices, select_pictures
from digitdet.labels import DIGITS, label_to_digit
from digitdet.registry import DATASETS
from digitdet.transforms.pipeline import Pipeline


@DATASETS.register_module()
class CocoDigits(Dataset[Sample]):
    """Photographs with digit boxes in COCO format.

    The file's ``categories`` decide what a category id means; normally id = digit + 1. Missing
    pictures are found when the dataset is built, in one listing of the folder.

    Args:
        image_dir: Folder of the pictures, relative to ``data_root``.
        ann_file: ``.json`` or ``.json.gz`` file, relative to ``data_root``.
        data_root: Folder that both lie in; empty for the working folder.
        transforms: Transforms, each a config or a callable ``(image, target) -> (image, target)``.
        test_mode: Leave the annotations as published, for evaluation; else they are cleaned for
            training (boxes clipped to the picture, empty and crowd boxes dropped) and the changes
            are reported once.
        allow_unsafe: Take transforms too that are not safe for digits; see `check_safe`.
        indices: Positions of the pictures to take, in the file's order from 0, or a number N for
            the first N; None for all. Positions in the data set are then those in this list.
        cache: Where decoded pictures are kept: ``"none"``, ``"ram"`` or ``"disk"``; see `Pictures`.
        cache_bytes: Most bytes of decoded pixels to keep; pictures beyond it are decoded each time.
        cache_dir: Folder of the ``"disk"`` cache; the user's cache folder if None.

    Attributes:
        annotations: Those of the pictures that are taken.
        metainfo: ``classes``, and ``category_ids``: label -> the file's own category id, or an id
            that it does not use.

    Raises:
        FileNotFoundError: If the folder, the file or a picture is missing.
        ValueError: If the annotation file is not as it has to be, or a transform is not safe.
    """

    def __init__(
        self,
        image_dir: str,
        ann_file: str,
        data_root: str = "",
        transforms: Sequence[Any] = (),
        test_mode: bool = False,
        allow_unsafe: bool = False,
        indices: int | Sequence[int] | None = None,
        cache: str = "ram",
        cache_bytes: int = CACHE_BYTES,
        cache_dir: str | None = None,
    ) -> None:
        self.image_dir = Path(data_root, image_dir)
        check_folder(Path(data_root), self.image_dir)
        annotations = self._read(Path(data_root, ann_file))
        if not len(annotations):
            raise ValueError(
                f"{annotations.file}: its list 'images' is empty; export it again, or name another "
                "by `ann_file`"
            )
        if indices is not None:
            positions = resolve_indices(indices, len(annotations), str(annotations.file))
            annotations = select_pictures(annotations, positions)
        _refuse_missing(annotations, self.image_dir, Path(data_root))
        _report_categories(annotations)
        self.test_mode = test_mode
        self.annotations = annotations if test_mode else _cleaned(annotations)
        self.pictures = AnnotatedPictures(
            self.annotations, self.image_dir, cache, cache_bytes, cache_dir
        )
        self.pipeline = Pipeline(transforms, allow_unsafe)
        self.metainfo: Mapping[str, Any] = {
            "classes": DIGITS,
            "category_ids": complete_category_ids(annotations.category_ids),
        }

    def _read(self, file: Path) -> Annotations:
        try:
            return self.read_annotations(file)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{error}; `ann_file` is relative to `data_root`: correct one of them"
            ) from None

    def read_annotations(self, file: Path) -> Annotations:
        """Read and index the annotation file; a subclass may read another format."""
        return read_annotations(file)

    @property
    def image_ids(self) -> NDArray[np.int64]:
        """(I,) int64: each picture's id."""
        return self.annotations.image_ids

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(I, 2) int64: each picture's height and width in pixels, before the transforms."""
        return self.annotations.sizes

    @property
    def label_counts(self) -> NDArray[np.int64]:
        """(I, 11) int64: how many boxes of each label, 0 to 10, each picture has."""
        return count_labels(self.annotations)

    def set_epoch(self, epoch: int, seed: int) -> None:
        """Set the epoch, from 0, and the run's seed: the transforms' draws follow from them."""
        self.pipeline.draws.set_epoch(epoch, seed)

    def __len__(self) -> int:
        return len(self.annotations)

    def __getitem__(self, index: int) -> Sample:
        return transform_samples(self.pipeline, self.pictures.read([index]), [index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Sample]:
        return self.samples(indices, indices)

    def samples(self, indices: Sequence[int], draws: Sequence[int]) -> list[Sample]:
        """Read a batch of samples; without transforms they are plain tensors.

        Args:
            indices: Their positions.
            draws: For each, the number that its random draws follow from.
        """
        samples = self.pictures.read(indices)
        if not self.pipeline.transforms:
            return samples
        return transform_samples(self.pipeline, samples, draws)


def _refuse_missing(annotations: Annotations, image_dir: Path, data_root: Path) -> None:
    missing = missing_files(image_dir, annotations.file_names, data_root)
    if missing:
        ids = annotations.image_ids
        remedy = "add them, or take them out of the file"
        if len(missing) == len(ids):
            remedy = "is it the folder of this file's pictures?"
        raise FileNotFoundError(
            f"{annotations.file}: {len(missing)} of {len(ids)} pictures are not in "
            f"{image_dir}, the first {annotations.file_names[missing[0]]!r} "
            f"(image id {ids[missing[0]]}); {remedy}"
        )


def _cleaned(annotations: Annotations) -> Annotations:
    """Make annotations fit for training, and report what that changed."""
    annotations, cleaning = clean(annotations)
    if str(cleaning):
        print_log(
            f"{annotations.file}: of the training boxes, {cleaning}",
            logger="current",
            level=logging.WARNING,
        )
    return annotations


def _report_categories(annotations: Annotations) -> None:
    ids = annotations.category_ids
    differing = {c: label_to_digit(label) for label, c in ids.items() if c != label}
    if differing:
        print_log(
            f"{annotations.file}: category ids are not digit + 1; read by the categories' names "
            f"(id -> digit): {differing}",
            logger="current",
            level=logging.WARNING,
        )
