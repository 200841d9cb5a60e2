"""``scalars.csv``: what a run logs that repeats, a value a row, in step with the checkpoints."""

import csv
import io
import itertools
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

from digitdet.checkpoints.writing import explain_failure
from digitdet.whole_files import remove_parts, whole_file

SCALARS_CSV, HEADER = "scalars.csv", ("step", "epoch", "name", "value")
CHUNK_BYTES = 2**20
Row = tuple[int, int, str, float]


class Extent(TypedDict):
    """The rows that a checkpoint goes with: the first bytes of a file.

    Attributes:
        bytes: How many.
        crc32: Their checksum, which tells other rows of the same length.
    """

    bytes: int
    crc32: int


class ScalarsFile:
    """A file that rows are added to.

    The rows of a step are handed to the operating system at once: they outlast a kill, and a worker
    that is forked holds none of them. Numbers are written as Python does, so that reading gives the
    same bits, and lines end alike on any platform.

    Args:
        file: The file; it holds its header.
        extent: All that it holds.
    """

    def __init__(self, file: Path, extent: Extent) -> None:
        self.file = file
        self._extent = extent.copy()
        self._stream = file.open("ab")

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows: step, epoch, name and value.

        Raises:
            OSError: If they can't be written.
        """
        data = _encode(rows)
        with self._explained():
            self._stream.write(data)
            self._stream.flush()
        self._extent["bytes"] += len(data)
        self._extent["crc32"] = zlib.crc32(data, self._extent["crc32"])

    def sync(self) -> Extent:
        """Wait until all rows are on the disk, and return how much that is.

        Raises:
            OSError: If they can't be written.
        """
        with self._explained():
            os.fsync(self._stream.fileno())
        return self._extent.copy()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say why rows can't be written, and how a run goes on."""
        try:
            yield
        except OSError as error:
            with suppress(OSError):  # it tries once more to write them
                self._stream.close()
            raise explain_failure(self.file, error) from error


def begin(file: Path) -> tuple[ScalarsFile, str]:
    """Begin a file with its header; one that is there is kept under another name.

    Returns:
        The file, and what has to be said; empty if nothing.
    """
    kept = _keep(file)
    remove_parts(file)
    header = _encode([HEADER])
    with whole_file(file, is_durable=True) as part:
        part.write_bytes(header)
    extent = Extent(bytes=len(header), crc32=zlib.crc32(header))
    return ScalarsFile(file, extent), _said(file, kept)


def go_on(file: Path, source: Path, extent: Extent | None) -> tuple[ScalarsFile, str]:
    """Go on with the rows that a checkpoint goes with; what is beyond them is left out.

    A file is cut where it is, in one operation of the file system: the rows that stay are not
    written again, and a kill leaves it cut or not, both of which the next start takes. Where the
    rows are in another folder, they are copied. Where they are nowhere, the file begins anew.

    Args:
        file: The run's file.
        source: That of the folder of the checkpoint; often the same.
        extent: The checkpoint's rows; None if it says nothing of them.

    Returns:
        The file, and what has to be said; empty if nothing.
    """
    if extent is None:
        new, said = begin(file)
        return new, f"{file}: begins here, as the checkpoint was saved without one. {said}".strip()
    differences = {one: difference(one, extent) for one in (file, source)}
    if differences[file] is None:
        os.truncate(file, extent["bytes"])
        return ScalarsFile(file, extent), ""
    if differences[source] is None:
        kept = _keep(file)
        with whole_file(file, is_durable=True) as part:
            shutil.copyfile(source, part)
            os.truncate(part, extent["bytes"])
        return ScalarsFile(file, extent), _said(file, kept)
    reasons = " and ".join(f"{one} {reason}" for one, reason in differences.items())
    new, said = begin(file)
    return new, f"{file}: begins here, without the steps before: {reasons}. {said}".strip()


def difference(file: Path, extent: Extent) -> str | None:
    """Return in what a file is not the one that a checkpoint goes with; None if it is."""
    if not file.is_file():
        return "is not there"
    left, crc = extent["bytes"], 0
    with file.open("rb") as stream:
        while data := stream.read(min(left, CHUNK_BYTES)):
            left, crc = left - len(data), zlib.crc32(data, crc)
    if left:
        size = extent["bytes"] - left
        return f"ends after {size} bytes, but the checkpoint's rows after {extent['bytes']}"
    return None if crc == extent["crc32"] else "holds other rows than the checkpoint's"


def _keep(file: Path) -> Path | None:
    """Rename a file that is there to ``scalars_1.csv``, or the next that is free; return that."""
    if not file.exists():
        return None
    names = (file.with_name(f"{file.stem}_{number}{file.suffix}") for number in itertools.count(1))
    return file.rename(next(name for name in names if not name.exists()))


def _said(file: Path, kept: Path | None) -> str:
    return f"{file}: what was there is kept as {kept.name}" if kept else ""


def _encode(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
