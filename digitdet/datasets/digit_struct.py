"""Reads SVHN's ``digitStruct.mat``, a MATLAB 7.3 (HDF5) file of object references."""

import importlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitdet.console import track
from digitdet.datasets.json_files import short
from digitdet.datasets.paths import open_file
from digitdet.datasets.values import is_bbox, is_name

_KEYS = (b"left", b"top", b"width", b"height", b"label")
_MOST = 1024  # digits of a picture, and letters of its name; SVHN has at most 6 and 10
_DAMAGED = "download it again, or take it out of its archive again"


@dataclass(frozen=True)
class DigitStruct:
    """The I pictures and A digits of a ``digitStruct.mat``, in its order.

    Attributes:
        names: I file names.
        offsets: (I + 1,) int64; digits ``offsets[i]`` to ``offsets[i + 1]`` are those of picture i.
        xywh: (A, 4) float64, left, top, width and height in pixels, as published.
        digits: (A,) int64, 0 to 9; the file's label 10 is the digit 0.
    """

    names: list[str]
    offsets: NDArray[np.int64]
    xywh: NDArray[np.float64]
    digits: NDArray[np.int64]


def _import_h5py() -> Any:
    try:
        return importlib.import_module("h5py")
    except ImportError as error:
        raise ImportError(
            f"reading digitStruct.mat needs h5py: `pip install -e '.[svhn]'` ({error})"
        ) from error


def read_digit_struct(file: Path) -> DigitStruct:
    """Read a ``digitStruct.mat``, with a progress bar.

    Args:
        file: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If h5py is missing.
        ValueError: If it is not as it has to be; the message names the picture.
    """
    h5py = _import_h5py()
    open_file(file, "digitStruct.mat").close()
    try:
        content = h5py.File(file, "r")
    except OSError as error:
        reason = f"it is truncated, or no MATLAB 7.3 file: {error}"
        raise ValueError(f"{file}: can't be read ({reason}); {_DAMAGED}") from error
    with content:
        return _checked(*_read_columns(_Reader(h5py, content.id), file), file)


class _Reader:
    """Reads small values with h5py's low-level calls, in half the time of its objects."""

    def __init__(self, h5py: Any, file_id: Any) -> None:
        self.h5py = h5py
        self.file_id = file_id

    def open(self, group: Any, name: bytes) -> Any:
        """Open an object of a group; HDF5 would follow a link to another file."""
        if group.links.get_info(name).type != self.h5py.h5l.TYPE_HARD:
            raise ValueError(f"{name.decode()} is a link")
        return self.h5py.h5o.open(group, name)

    def read(self, dataset: Any, dtype: Any) -> NDArray[Any]:
        """Read all values of a dataset, flat; HDF5 would read those that lie in another file."""
        plan = dataset.get_create_plist()
        if plan.get_layout() == self.h5py.h5d.VIRTUAL or plan.get_external_count():
            raise ValueError("its values lie in another file")
        values = np.empty(dataset.shape, dtype)
        everything = self.h5py.h5s.ALL
        dataset.read(everything, everything, values)
        return values.ravel()

    def follow(self, reference: Any) -> Any:
        return self.h5py.h5r.dereference(reference, self.file_id)

    def references(self, dataset: Any) -> NDArray[Any]:
        return self.read(dataset, self.h5py.ref_dtype)

    def text(self, reference: Any) -> str:
        """Read a text, an array of character codes."""
        dataset = self.follow(reference)
        self._check_count(dataset)
        return "".join(map(chr, self.read(dataset, np.uint16)))

    def column(self, group: Any, key: bytes) -> list[float]:
        """Read one key of a picture's digits: a number for one digit, else a reference for each."""
        dataset = self.open(group, key)
        self._check_count(dataset)
        if dataset.get_type().get_class() != self.h5py.h5t.REFERENCE:
            return self.read(dataset, np.float64).tolist()
        parts = (self.follow(reference) for reference in self.references(dataset))
        return [self._single(part) for part in parts]

    def _single(self, dataset: Any) -> float:
        if dataset.shape not in ((), (1,), (1, 1)):
            raise ValueError(f"a value has the shape {dataset.shape}")
        return float(self.read(dataset, np.float64).item())

    def _check_count(self, dataset: Any) -> None:
        if dataset.get_space().get_simple_extent_npoints() > _MOST:
            raise ValueError(f"more than {_MOST} values")


def _read_columns(reader: _Reader, file: Path) -> tuple[list[str], list[list[list[float]]]]:
    """Return the name of each picture, and its lists of left, top, width, height and label."""
    try:
        top = reader.open(reader.file_id, b"digitStruct")
        lists = [reader.open(top, key) for key in (b"name", b"bbox")]
        names, boxes = map(reader.references, lists)
    except Exception as error:  # h5py raises anything on other content
        reason = "it holds no 'digitStruct' with the lists 'name' and 'bbox'"
        raise ValueError(f"{file}: is no digitStruct.mat of SVHN ({reason})") from error
    if len(names) != len(boxes):
        raise ValueError(f"{file}: has {len(names)} names but {len(boxes)} lists of boxes")
    texts: list[str] = []
    columns: list[list[list[float]]] = []
    pairs = list(zip(names, boxes, strict=True))
    for number, (name, box) in enumerate(track(pairs, f"reading {file.name}"), 1):
        try:
            texts.append(reader.text(name))
            group = reader.follow(box)
            columns.append([reader.column(group, key) for key in _KEYS])
        except Exception as error:  # h5py raises anything on damaged content
            reason = f"picture {number} of {len(pairs)}: {str(error) or type(error).__name__}"
            raise ValueError(f"{file}: is damaged ({reason}); {_DAMAGED}") from error
    return texts, columns


def _checked(names: list[str], columns: list[list[list[float]]], file: Path) -> DigitStruct:
    """Check what was read, and make it flat."""
    for name, picture in zip(names, columns, strict=True):
        _check_picture(name, picture, f"{file}: picture {short(name)}")
    if len(set(names)) < len(names):
        repeated = Counter(names).most_common(1)[0][0]
        raise ValueError(f"{file}: picture {short(repeated)}: stands twice; names have to differ")
    counts = [len(picture[0]) for picture in columns]
    rows = [row for picture in columns for row in zip(*picture, strict=True)]
    values = np.array(rows, dtype=np.float64).reshape(-1, len(_KEYS))
    labels = values[:, 4].astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
    return DigitStruct(names, offsets, values[:, :4].copy(), labels % 10)


def _check_picture(name: str, picture: Sequence[Sequence[float]], where: str) -> None:
    if not is_name(name):
        raise ValueError(f"{where}: has to be named by a path inside the folder")
    if len({len(values) for values in picture}) > 1:
        counts = {key.decode(): len(v) for key, v in zip(_KEYS, picture, strict=True)}
        raise ValueError(f"{where}: its boxes are incomplete, there are {counts}")
    for *box, label in zip(*picture, strict=True):
        if not is_bbox(box):
            raise ValueError(f"{where}: a box has to be four finite numbers, got {short(box)}")
        if label not in range(1, 11):
            raise ValueError(f"{where}: a label is 1 to 10 (10 is the digit 0), got {label}")
