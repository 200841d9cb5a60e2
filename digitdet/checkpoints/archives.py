"""Verifies the zips that torch.save writes: torch itself does not look at their checksums."""

import os
import zipfile
from pathlib import Path

from digitdet.checkpoints.file_kinds import SAVE_WEIGHTS, refusal

PICKLE, TENSORS = "data.pkl", "/data/"
# How a zip without a comment ends.
END, END_LENGTH = b"PK\x05\x06", 22
BEFORE = "copy it again, or take the one before it: `tools/train.py --resume` finds that by itself"

# What is wrong with a file, and what to do.
Fault = tuple[str, str]


def check_whole(file: Path, *, with_tensors: bool = True) -> None:
    """Refuse a zip that is not, to the last bit of its records, what torch.save wrote.

    Args:
        file: The zip.
        with_tensors: Whether to read the tensors, too; else only what is said of them.

    Raises:
        ValueError: If it is torn, damaged, or no zip of torch.save's.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            fault = (
                _other_kind(archive) or _ambiguity(archive, file) or _damage(archive, with_tensors)
            )
    except Exception as error:  # of many kinds
        fault = f"is torn or damaged ({error})", BEFORE
    if fault:
        raise refusal(file, *fault)


def _other_kind(archive: zipfile.ZipFile) -> Fault | None:
    names = [Path(name).name for name in archive.namelist()]
    if "constants.pkl" in names:
        return "is a TorchScript archive, which holds code", SAVE_WEIGHTS
    if names and all(name.endswith(".npy") for name in names):
        return "is an archive of NumPy arrays", "write them as tensors by torch.save"
    if PICKLE not in names:
        return "is a zip, but none of torch.save's", "unpack it"
    return None


def _ambiguity(archive: zipfile.ZipFile, file: Path) -> Fault | None:
    """Find what another reader than zipfile might read in another way.

    torch.save compresses nothing, names nothing twice, and writes nothing before or after.
    """
    infos = archive.infolist()
    with file.open("rb") as stream:
        stream.seek(-END_LENGTH, os.SEEK_END)
        ends = stream.read().startswith(END) and not archive.comment
    begins = min(info.header_offset for info in infos) == 0
    is_plain = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
    names = {info.filename.lower() for info in infos}
    if ends and begins and is_plain and len(names) == len(infos):
        return None
    return "is damaged, or was changed after torch.save wrote it", BEFORE


def _damage(archive: zipfile.ZipFile, with_tensors: bool) -> Fault | None:
    """Find a record whose content does not have its checksum."""
    if with_tensors:
        damaged = archive.testzip()
        return (f"is damaged: {damaged} is not what was written", BEFORE) if damaged else None
    for name in archive.namelist():
        if TENSORS not in name:
            archive.read(name)
    return None
