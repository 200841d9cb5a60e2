"""Keeps what a ``digitStruct.mat`` holds in a file beside it, which is read in a moment."""

import hashlib
import io
import logging
import secrets
import zipfile
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from digitdet.datasets.digit_struct import DigitStruct, read_digit_struct
from digitdet.datasets.paths import open_file

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
        with np.load(index, allow_pickle=False) as content:
            if str(content["digest"]) != digest:
                return None
            names = content["names"].tobytes().decode().splitlines()
            return DigitStruct(names, content["offsets"], content["xywh"], content["digits"])
    except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile):
        return None


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
    part = index.with_name(f"{index.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content.getvalue())
        part.replace(index)
    except OSError as error:
        part.unlink(missing_ok=True)
        print_log(
            f"{index}: can't be written ({error.strerror}); the whole digitStruct.mat is read at "
            "each start instead",
            logger="current",
            level=logging.WARNING,
        )
