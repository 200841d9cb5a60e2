"""Reads and writes weights as safetensors, a format that can hold nothing but tensors and text.

https://huggingface.co/docs/safetensors: eight bytes with the length of a JSON header, the header,
and the tensors' bytes. It has no checksum; see `hashed_name`.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

SUFFIX = ".safetensors"
# The one key of the metadata: safetensors writes several in another order each time.
KEY = "digitdet"
# Of a file's SHA-256 these many hex digits are in its name, as in torch.hub's.
NUM_DIGITS = 8
HASHED = re.compile(rf"(?P<name>.+)-(?P<digits>[0-9a-f]{{{NUM_DIGITS}}})(?P<suffix>\.\w+)")
# The longest header that safetensors reads.
MAX_HEADER = 100_000_000


def is_safetensors(file: Path) -> bool:
    """Whether a file begins as safetensors do, whatever its name is; it may be damaged."""
    with file.open("rb") as stream:
        start = stream.read(9)
    return start[8:] == b"{" and int.from_bytes(start[:8], "little") <= MAX_HEADER


def hashed_name(name: str, content: bytes) -> str:
    """Return the name of a file, with the first digits of its content's SHA-256."""
    return f"{name}-{hashlib.sha256(content).hexdigest()[:NUM_DIGITS]}{SUFFIX}"


def pack_safetensors(state: Mapping[str, Tensor], meta: Mapping[str, Any], source: str) -> bytes:
    """Return weights in the form of a safetensors file; equal ones give equal bytes.

    Tensors that share memory are written each in full, so that each name is there again.

    Args:
        state: Name -> tensor.
        meta: What JSON can hold.
        source: Where they come from, for errors.

    Raises:
        ValueError: If a tensor is of a kind that safetensors does not know.
    """
    tensors: dict[str, Tensor] = {}
    used = set()
    for name, value in state.items():
        if value.layout != torch.strided:
            raise ValueError(f"{source}: {name}: safetensors hold no tensor of {value.layout}")
        tensor = value.detach().cpu().contiguous()
        memory = tensor.untyped_storage().data_ptr()
        tensors[name] = tensor.clone() if memory in used else tensor
        used.add(memory)
    plain = json.loads(json.dumps(meta))  # keys are sorted as the texts that they become
    try:
        return save(tensors, {KEY: json.dumps(plain, sort_keys=True)})
    except KeyError as error:
        raise ValueError(f"{source}: safetensors hold no tensor of {error.args[0]}") from None


def read_safetensors(file: Path, map_location: str | torch.device = "cpu") -> dict[str, Any]:
    """Read weights, and what is said of them.

    Args:
        file: The file; if `hashed_name` named it, its content is held against that.
        map_location: Where the tensors go.

    Returns:
        ``state_dict`` and ``meta``, which is empty where another program wrote the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or was changed.
    """
    with _opened(file) as content:
        meta = _meta_of(content, file)
        if KEY in (content.metadata() or {}):
            _check_hash(file)
        # Copies: what safetensors gives is the file itself, and changes with it.
        names = sorted(content.keys())
        state = {name: content.get_tensor(name).to(map_location, copy=True) for name in names}
    return {"state_dict": state, "meta": meta}


def read_safetensors_meta(file: Path) -> dict[str, Any]:
    """Return what is said of a file's weights, without reading those; empty if nothing is.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If its header is damaged.
    """
    with _opened(file) as content:
        return _meta_of(content, file)


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        with safe_open(file, framework="pt") as content:
            yield content
    except SafetensorError as error:
        raise ValueError(
            f"{file}: is damaged or cut short ({error}); copy or download it again"
        ) from None


def _meta_of(content: Any, file: Path) -> dict[str, Any]:
    text = (content.metadata() or {}).get(KEY, "{}")
    try:
        meta = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise ValueError(
            f"{file}: its metadata {KEY!r} can't be read as JSON ({error}); copy or download it "
            "again"
        ) from None
    if not isinstance(meta, dict):
        raise ValueError(
            f"{file}: its metadata {KEY!r} hold a {type(meta).__name__}, not an object"
        )
    return meta


def _check_hash(file: Path) -> None:
    """Refuse a file whose content is not that by which it was named."""
    named = HASHED.fullmatch(file.name)
    if named is None:
        return
    with file.open("rb") as stream:
        digits = hashlib.file_digest(stream, "sha256").hexdigest()[:NUM_DIGITS]
    if digits != named["digits"]:
        raise ValueError(
            f"{file}: was changed or damaged: its SHA-256 begins with {digits}, not with "
            f"{named['digits']} as in its name; copy or download it again (or, if it was given "
            f"that name by hand, call it {named['name']}{named['suffix']})"
        )
