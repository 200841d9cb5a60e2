"""Reads JSON files of any origin."""

import gzip
import json
import reprlib
import zlib
from pathlib import Path
from typing import IO, Any

from digitdet.datasets.paths import MAX_FILE_BYTES, open_file

_CHUNK = 2**20

_SHORT = reprlib.Repr()
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
            too), or has a key twice in one object.
    """
    with open_file(file, what) as stream:
        try:
            return json.loads(_read(stream, file.suffix == ".gz"), object_pairs_hook=_unique)
        except (EOFError, MemoryError, OSError, RecursionError, ValueError, zlib.error) as error:
            reason = str(error) or type(error).__name__
            raise ValueError(f"{file}: is not readable as JSON ({reason})") from error


def _read(stream: IO[bytes], packed: bool) -> bytes:
    """Read all in chunks, so that a small packed file cannot fill the memory."""
    chunks: list[bytes] = []
    with gzip.open(stream) if packed else stream as source:
        while chunk := source.read(_CHUNK):
            chunks.append(chunk)
            if len(chunks) * _CHUNK > MAX_FILE_BYTES:
                raise ValueError(f"it unpacks to more than {MAX_FILE_BYTES} bytes")
    return b"".join(chunks)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; JSON leaves open which of two equal keys counts, so neither may."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in content if keys.count(key) > 1)
        raise ValueError(f"the key {short(repeated)} stands twice in one object")
    return content
