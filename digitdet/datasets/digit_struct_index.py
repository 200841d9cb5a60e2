"""Keeps what a ``digitStruct.mat`` holds in a file beside it, which is read in a moment."""

import hashlib
import io
import logging
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from digitdet.datasets.digit_struct import DigitStruct, read_digit_struct
from digitdet.datasets.paths import open_file
from digitdet.datasets.values import is_name
from digitdet.whole_files import whole_file

SUFFIX = ".index.npz"


def load_digit_struct(file: Path) -> DigitStruct:
    """Read a ``digitStruct.mat`` through an index beside it, which is made where it is missing.

    The index, ``digitStruct.mat.index.npz``, holds a hash of the file that it was made from: it is
    made anew where that differs, and it is only ever written whole. Where the folder can't be
    written, the file itself is read each time.

    Args:
        file: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If h5py is missing.
        ValueError: If it is not as it has to be.
    """
    with open_file(file, "digitStruct.mat") as stream:
        digest = hashlib.blake2b(stream.read()).hexdigest()
    index = file.with_name(file.name + SUFFIX)
    found = _read_index(index, digest)
    if found is None:
        found = read_digit_struct(file)
        _write_index(index, digest, found)
    return found


def _read_index(index: Path, digest: str) -> DigitStruct | None:
    """Return what an index holds; None where there is none, or not of that file."""
    try:
        if index.is_symlink():
            return None
        with open_file(index, "index") as stream, np.load(stream, allow_pickle=False) as content:
            packed = any(part.compress_type for part in content.zip.infolist())
            if packed or str(content["digest"]) != digest:
                return None
            names = content["names"].tobytes().decode().splitlines()
            found = DigitStruct(names, content["offsets"], content["xywh"], content["digits"])
    except Exception:  # NumPy raises anything on a damaged file
        return None
    return found if _is_sound(found) else None


def _is_sound(struct: DigitStruct) -> bool:
    """Whether an index holds what a file may hold: it may have come with the data."""
    names, offsets, xywh, digits = struct.names, struct.offsets, struct.xywh, struct.digits
    layout = [(array.dtype, array.shape) for array in (offsets, xywh, digits)]
    expected = [
        (np.dtype(np.int64), (len(names) + 1,)),
        (np.dtype(np.float64), (digits.size, 4)),
        (np.dtype(np.int64), (digits.size,)),
    ]
    return (
        layout == expected
        and offsets[0] == 0
        and offsets[-1] == digits.size
        and bool((np.diff(offsets) >= 0).all())
        and bool((np.abs(xywh) < 1e9).all())
        and bool(((digits >= 0) & (digits <= 9)).all())
        and len(set(names)) == len(names)
        and all(map(is_name, names))
    )


def _write_index(index: Path, digest: str, struct: DigitStruct) -> None:
    content = io.BytesIO()
    names = np.frombuffer("\n".join(struct.names).encode(), dtype=np.uint8)
    np.savez(
        content,
        digest=np.array(digest),
        names=names,
        offsets=struct.offsets,
        xywh=struct.xywh,
        digits=struct.digits,
    )
    try:
        with whole_file(index) as part:
            part.write_bytes(content.getvalue())
    except OSError as error:
        print_log(
            f"{index}: can't be written ({error.strerror}); the whole digitStruct.mat is read at "
            "each start instead",
            logger="current",
            level=logging.WARNING,
        )
