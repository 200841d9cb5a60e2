"""Digits of SVHN's original files, ``digitStruct.mat`` and the pictures beside it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.console import track
from digitdet.datasets.annotations import Annotations
from digitdet.datasets.coco_digits import CocoDigits
from digitdet.datasets.digit_struct import DigitStruct
from digitdet.datasets.digit_struct_index import load_digit_struct
from digitdet.datasets.folders import assign_image_ids, missing_files
from digitdet.datasets.pictures import CACHE_BYTES
from digitdet.datasets.sizes import read_size
from digitdet.labels import digit_to_label
from digitdet.registry import DATASETS


@DATASETS.register_module()
class SVHNDigits(CocoDigits):
    """SVHN format 1 (full numbers) as it is published, without a conversion.

    What the ``digitStruct.mat`` holds is kept in an index beside it; sizes are read from the
    pictures. A picture's id is the integer of its stem where every stem is one, else its running
    number, from 1; an annotation's id is its running number.

    Args:
        image_dir: Folder of the pictures, relative to ``data_root``.
        ann_file: The ``digitStruct.mat``, relative to ``data_root``.
        data_root: Folder that both lie in; empty for the working folder.
        transforms: Transforms, each a config or a callable ``(image, target) -> (image, target)``.
        test_mode: As `CocoDigits` takes it, and so the next five.
        allow_unsafe: See there.
        indices: See there.
        cache: See there.
        cache_bytes: See there.
        cache_dir: See there.
        one_based: Subtract 1 from left and top: the file counts pixels from 1, as MATLAB does. If
            False, boxes are as published, like the homework's. Train and evaluate with the same
            value.

    Raises:
        FileNotFoundError: If the folder, the file or a picture is missing.
        ImportError: If h5py is missing.
        ValueError: If the file is not as it has to be, or names no picture.
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
        one_based: bool = False,
    ) -> None:
        self.data_root = Path(data_root)
        self.one_based = one_based
        super().__init__(
            image_dir,
            ann_file,
            data_root,
            transforms,
            test_mode,
            allow_unsafe,
            indices,
            cache,
            cache_bytes,
            cache_dir,
        )

    def read_annotations(self, file: Path) -> Annotations:
        """Read the ``digitStruct.mat``, and the sizes of its pictures."""
        struct = load_digit_struct(file)
        if not struct.names:
            raise ValueError(f"{file}: names no picture")
        annotations = to_annotations(struct, file, self.one_based)
        return replace(annotations, sizes=self._read_sizes(struct.names))

    def _read_sizes(self, names: Sequence[str]) -> NDArray[np.int64]:
        missing = set(missing_files(self.image_dir, names, self.data_root))
        # A missing picture has the size 0; all of them are reported together later.
        sizes = [
            (0, 0) if position in missing else read_size(self.image_dir / name)
            for position, name in enumerate(track(names, "reading sizes of pictures"))
        ]
        return np.array(sizes, dtype=np.int64).reshape(-1, 2)


def to_annotations(struct: DigitStruct, file: Path, one_based: bool) -> Annotations:
    """Index a ``digitStruct.mat`` as an annotation file is.

    Args:
        struct: What it holds.
        file: The file, for errors.
        one_based: Whether to subtract 1 from left and top.

    Returns:
        The index; sizes are 0, since the file states none.

    Raises:
        ValueError: If two pictures have the same id.
    """
    image_ids, _ = assign_image_ids([Path(name) for name in struct.names])
    left_top = struct.xywh[:, :2] - one_based
    xyxy = np.concatenate([left_top, left_top + struct.xywh[:, 2:]], axis=1)
    count = len(struct.digits)
    return Annotations(
        file=file,
        image_ids=np.array(image_ids, dtype=np.int64),
        file_names=struct.names,
        sizes=np.zeros((len(struct.names), 2), dtype=np.int64),
        offsets=struct.offsets,
        boxes=xyxy.astype(np.float32),
        labels=struct.digits + digit_to_label(0),
        iscrowd=np.zeros(count, dtype=bool),
        annotation_ids=np.arange(1, count + 1),
        category_ids={label: label for label in map(digit_to_label, range(10))},
    )
