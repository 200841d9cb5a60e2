"""Reads the deliverables of a zip or folder, and checks the zip."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from digitdet.datasets.json_files import short
from digitdet.datasets.paths import MAX_FILE_BYTES, open_file
from digitdet.evaluation.submission import NAMES, PRED_CSV, PRED_JSON, SUBMISSION_ZIP
from digitdet.evaluation.submissions.faults import EXAMPLES, Fault, fault
from digitdet.evaluation.submissions.kinds import Stage

_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class Deliverables:
    """What a zip or folder holds.

    Attributes:
        contents: ``pred.json`` and ``pred.csv``, those that could be read.
        names: What to call them in errors.
        faults: What is wrong with the zip, or missing.
        stages: ``"files"`` where both were looked for, ``"zip"`` where there is one.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    stages: set[Stage] = field(default_factory=set)


def read_file(file: Path) -> bytes:
    """Read a file whole; one that is missing, too large or no file is an error."""
    with open_file(file, "file") as stream:
        return stream.read()


def read_folder(folder: Path, shown: Path | None = None) -> Deliverables:
    """Read ``pred.json`` and ``pred.csv`` of a folder, and compare a ``submission.zip`` in it.

    Args:
        folder: The folder.
        shown: What to call it in errors, if not by its path.

    Raises:
        ValueError: If a file can't be opened.
    """
    shown = shown or folder
    found = Deliverables(names={name: str(shown / name) for name in NAMES}, stages={"files"})
    for name in NAMES:
        if (folder / name).exists():
            found.contents[name] = read_file(folder / name)
        else:
            found.faults.append(fault("file_missing", f"{shown}: holds no {name}"))
    if (folder / SUBMISSION_ZIP).exists():
        packed = read_zip(folder / SUBMISSION_ZIP, shown / SUBMISSION_ZIP)
        found.faults += [f for f in packed.faults if f.code != "file_missing"]
        found.stages |= packed.stages
        found.faults += _differences(packed, found, shown)
    return found


def _differences(packed: Deliverables, beside: Deliverables, shown: Path) -> Iterator[Fault]:
    differing = [
        name
        for name, content in packed.contents.items()
        if name in beside.contents and content != beside.contents[name]
    ]
    for name in differing:
        yield fault(
            "zip_differs", f"{shown / SUBMISSION_ZIP}: its {name} differs from {shown / name}"
        )


def read_zip(file: Path, shown: Path | None = None) -> Deliverables:
    """Read ``pred.json`` and ``pred.csv`` of a zip, and check its form.

    Args:
        file: The zip.
        shown: What to call it in errors, if not by its path.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it can't be opened.
    """
    shown = shown or file
    found = Deliverables(
        names={name: f"{shown}: {name}" for name in NAMES}, stages={"files", "zip"}
    )
    with open_file(file, "zip") as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                members = [info for info in archive.infolist() if not info.is_dir()]
                found.faults += _form_faults(members, str(shown))
                for info in members:
                    _read_member(archive, info, found, str(shown))
        except Exception as error:  # zipfile raises anything on broken files
            found.faults.append(_unreadable(str(shown), error))
    return found


def _form_faults(members: Sequence[zipfile.ZipInfo], shown: str) -> Iterator[Fault]:
    """Find names that are wrong, missing, in a folder, repeated or unasked for."""
    names = [info.filename for info in members]
    stand_ins: set[str] = set()
    extra = []
    for name in dict.fromkeys(names):
        last = PurePosixPath(name.replace("\\", "/")).name
        if name in NAMES:
            continue
        code = ""
        if last in NAMES and "__MACOSX" not in name:
            code, meant = "zip_in_folder", last
        elif (meant := _meant(last)) and "__MACOSX" not in name:
            code = "zip_name_wrong"
        if code:
            stand_ins.add(meant)
            yield fault(code, f"{shown}: holds {short(name)} instead of {meant}")
        else:
            extra.append(name)
    if extra:
        yield Fault(
            "zip_extra_file", len(extra), tuple(f"{shown}: {short(n)}" for n in extra[:EXAMPLES])
        )
    for name in NAMES:
        if name not in names and name not in stand_ins:
            yield fault("file_missing", f"{shown}: holds no {name}")
        if names.count(name) > 1:
            yield fault("zip_file_twice", f"{shown}: holds {name} {names.count(name)} times")


def _meant(name: str) -> str:
    """Return which file a wrong name stands for, by its ending; empty if for none."""
    if name.startswith("."):
        return ""
    by_ending: Mapping[str, str] = {".json": PRED_JSON, ".csv": PRED_CSV}
    return by_ending.get(PurePosixPath(name).suffix.lower(), "")


def _read_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, found: Deliverables, shown: str
) -> None:
    """Read one of the two files, or say why it can't be."""
    name = info.filename
    if name not in NAMES:
        return
    if info.flag_bits & 1:
        found.faults.append(fault("zip_encrypted", f"{shown}: {name} needs a password"))
        return
    if info.compress_type not in _PLAIN:
        method = f"{name} is packed by method {info.compress_type}"
        found.faults.append(fault("zip_compression", f"{shown}: {method}"))
    if info.file_size > MAX_FILE_BYTES:
        reason = f"{name} unpacks to {info.file_size} bytes, above {MAX_FILE_BYTES}"
        found.faults.append(fault("zip_unreadable", f"{shown}: {reason}"))
        return
    try:
        found.contents[name] = archive.read(info)
    except Exception as error:  # zipfile raises anything on broken files
        found.faults.append(_unreadable(f"{shown}: {name}", error))


def _unreadable(shown: str, error: Exception) -> Fault:
    return fault("zip_unreadable", f"{shown}: {short(str(error) or type(error).__name__)}")
