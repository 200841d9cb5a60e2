"""SVHN as it is published: pictures with a ``digitStruct.mat`` beside them."""

from pathlib import Path, PurePath

from digitdet.console import track
from digitdet.datasets.digit_struct import DigitStruct, read_digit_struct
from digitdet.datasets.folders import missing_files
from digitdet.datasets.images import is_picture
from digitdet.datasets.sizes import read_size
from digitdet.formats.layout import SPLITS, list_files
from digitdet.formats.pictures import Box, Collection, Picture

NAME = "digitStruct.mat"
UNNAMED = "pictures that the digitStruct.mat does not name"


def read_svhn(root: Path, *, one_based: bool = False) -> Collection:
    """Read one folder of SVHN, or a folder of them (``train/``, ``test/``, ``extra/``).

    Args:
        root: The folder, resolved.
        one_based: Whether to subtract 1 from left and top: the file counts pixels from 1. If
            False, boxes are as published.

    Returns:
        The pictures. A split is named by its folder; one that lies in ``root`` itself is ``train``.

    Raises:
        FileNotFoundError: If there is no ``digitStruct.mat``, or a picture is missing.
        ImportError: If h5py is missing.
        ValueError: If a file is not as it has to be.
    """
    files = list_files(root)
    found = [file for file in files if file.name == NAME]
    if not found:
        raise FileNotFoundError(f"{root}: holds no {NAME}, nor does a folder in it")
    result = Collection([])
    for file in found:
        folder = root / file.parent
        struct = read_digit_struct(root / file)
        _check_pictures(struct, root / file)
        split = SPLITS.get(file.parent.name.lower(), file.parent.name) or "train"
        result.pictures += _pictures(struct, folder, split, one_based)
        named = {PurePath(name) for name in struct.names}
        beside = (f.relative_to(file.parent) for f in files if f.is_relative_to(file.parent))
        result.left_out[UNNAMED] += sum(is_picture(f) and f not in named for f in beside)
    return result


def _check_pictures(struct: DigitStruct, file: Path) -> None:
    missing = missing_files(file.parent, struct.names)
    if missing:
        raise FileNotFoundError(
            f"{file}: {len(missing)} of {len(struct.names)} pictures are not beside it, the first "
            f"{struct.names[missing[0]]!r}; take them out of the archive again"
        )


def _pictures(struct: DigitStruct, folder: Path, split: str, one_based: bool) -> list[Picture]:
    boxes = [
        Box(str(digit), (x - one_based, y - one_based, x - one_based + w, y - one_based + h))
        for (x, y, w, h), digit in zip(struct.xywh.tolist(), struct.digits.tolist(), strict=True)
    ]
    ends = struct.offsets.tolist()
    return [
        Picture(folder / name, split, name, read_size(folder / name), tuple(boxes[start:end]))
        for name, start, end in track(
            list(zip(struct.names, ends, ends[1:], strict=False)), f"reading sizes of {split}"
        )
    ]
