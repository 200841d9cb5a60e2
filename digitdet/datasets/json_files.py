"""Reads JSON files of any origin."""

import gzip
import json
import reprlib
import zlib
from collections import Counter
from pathlib import Path
from typing import IO, Any

from digitdet.datasets.paths import MAX_FILE_BYTES, open_file

# The homework's train.json holds 2**20. Python's objects take 100 bytes and more for one.
MAX_VALUES = 2**25
_CHUNK = 2**20


class _Short(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:
        """Show an integer; of more than 4300 digits, Python refuses to write one."""
        bits = x.bit_length()
        return f"an integer of {bits} bits" if bits > 4096 else super().repr_int(x, level)


_SHORT = _Short()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 120
_SHORT.maxdict = 8


def short(value: Any) -> str:
    """Show a value of a file in an error: as `repr`, but bounded in length and depth."""
    return _SHORT.repr(value)


def read_json(file: Path, what: str = "JSON file") -> Any:
    """Read a JSON file, strictly.

    UTF-8, UTF-16 and UTF-32 are told apart, with or without a byte order mark.

    Args:
        file: A JSON file; one that ends in ``.gz`` is unpacked.
        what: What it is, for errors: ``"annotation file"``.

    Returns:
        The content.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it can't be opened, is not JSON, has more than `MAX_FILE_BYTES` (unpacked,
            too) or `MAX_VALUES`, or has a key twice in one object.
    """
    with open_file(file, what) as stream:
        try:
            content = _read(stream, file.suffix == ".gz")
        except (EOFError, MemoryError, OSError, ValueError, zlib.error) as error:
            raise _unreadable(str(file), error) from error
    return parse_json(content, str(file))


def parse_json(content: bytes, name: str) -> Any:
    """Parse the content of a JSON file, strictly; see `read_json`.

    Args:
        content: The file's bytes.
        name: Its name, for errors.

    Raises:
        ValueError: If it is not JSON, has more than `MAX_VALUES`, or has a key twice in one object.
    """
    try:
        _check_size(content)
        return json.loads(content, object_pairs_hook=_unique)
    except (MemoryError, RecursionError, ValueError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: BaseException) -> ValueError:
    reason = str(error) or type(error).__name__
    return ValueError(f"{name}: is not readable as JSON ({reason}); copy or export it again")


def _read(stream: IO[bytes], packed: bool) -> bytes:
    """Read all in chunks, so that a small file cannot fill the memory."""
    chunks: list[bytes] = []
    with gzip.open(stream) if packed else stream as source:
        while chunk := source.read(_CHUNK):
            chunks.append(chunk)
            if len(chunks) * _CHUNK > MAX_FILE_BYTES:
                raise ValueError(f"it unpacks to more than {MAX_FILE_BYTES} bytes")
    return b"".join(chunks)


def _check_size(content: bytes) -> None:
    # A comma or bracket stands before each value; those in strings count, too.
    values = sum(map(content.count, (b",", b"[", b"{")))
    if values > MAX_VALUES:
        raise ValueError(
            f"it holds {values} values, above {MAX_VALUES}: they would fill the memory"
        )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; JSON leaves open which of two equal keys counts, so neither may."""
    content = dict(pairs)
    if len(content) < len(pairs):
        (repeated, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {short(repeated)} stands twice in one object")
    return content
