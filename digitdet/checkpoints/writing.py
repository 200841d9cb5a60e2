"""Writes checkpoints such that they are there whole or not at all."""

import errno
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from digitdet.whole_files import whole_file

PLAIN = (type(None), bool, int, float, str, bytes)
FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EFBIG: "it exceeds the size that a file may have here",
}


def write_checkpoint(file: Path, content: Mapping[str, Any]) -> None:
    """Write a checkpoint; it appears under its name when it is whole and on the disk.

    Args:
        file: The file to make or replace; its folder is made.
        content: Nested dicts, lists and tuples of tensors and plain values. Values of NumPy are
            written as Python's, and a part of a larger tensor is without the rest.

    Raises:
        OSError: If the disk is full, or the file can't be written; nothing is left of it.
        TypeError: If there is another value, which could not be loaded again.
    """
    plain = _loadable(content, file.name, {})
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with whole_file(file, is_durable=True) as part, part.open("wb") as stream:
            torch.save(plain, stream)
    except (OSError, RuntimeError) as error:
        cause = next((link for link in _chain(error) if isinstance(link, OSError)), None)
        if cause is None:
            raise
        raise OSError(_failure(file, plain, cause)) from error


def explain_failure(path: Path, error: OSError) -> OSError:
    """Return an error that says why something beside the checkpoints can't be written."""
    reason = FULL.get(error.errno or 0, error.strerror or str(error))
    free = shutil.disk_usage(path.parent).free / 1e6
    return OSError(
        f"{path}: can't be written ({reason}; {free:.1f} MB are free); the checkpoints are "
        "untouched. Make room and go on with --resume"
    )


def _loadable(value: Any, place: str, parts: dict[Any, Tensor]) -> Any:
    """Return nested values as they can be loaded again, with tensors that hold their own alone.

    Args:
        value: The values.
        place: Where they are, for errors.
        parts: What was copied of larger tensors, which several names may share; it is added to.
    """
    if isinstance(value, Mapping):
        return {
            _loadable(key, f"a key of {place}", parts): _loadable(item, f"{place}[{key!r}]", parts)
            for key, item in value.items()
        }
    if type(value) in (list, tuple) and all(type(item) in PLAIN for item in value):
        return value  # above all random states, of 624 numbers each
    if isinstance(value, list | tuple):
        items = [_loadable(item, f"{place}[{i}]", parts) for i, item in enumerate(value)]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, Tensor):
        return _own_memory(value.detach(), parts)
    if isinstance(value, np.generic | np.ndarray):
        return _loadable(value.tolist(), place, parts)
    if type(value) in PLAIN:
        return value
    raise TypeError(
        f"{place} is a {type(value).__module__}.{type(value).__qualname__}, and a checkpoint holds "
        "tensors and plain values of Python alone, as others are not loaded again; put its parts "
        "there, or its text"
    )


def _own_memory(tensor: Tensor, parts: dict[Any, Tensor]) -> Tensor:
    """Copy a tensor that is a part of a larger one, with which torch would write all of that."""
    if tensor.layout != torch.strided:
        return tensor
    memory = tensor.untyped_storage()
    if memory.nbytes() <= tensor.numel() * tensor.element_size():
        return tensor
    place = (memory.data_ptr(), tensor.storage_offset(), tensor.dtype)
    key = (*place, tensor.shape, tensor.stride())
    if key not in parts:
        parts[key] = tensor.clone()
    return parts[key]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that it was raised from: torch hides the stream's in its own."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _failure(file: Path, content: Any, error: OSError) -> str:
    """Say that a checkpoint could not be written, and how a run goes on."""
    untouched = "the checkpoints before it are untouched"
    if error.errno not in FULL:
        reason = error.strerror or error
        return f"{file}: can't be written ({reason}); {untouched}. Go on with --resume"
    needed = sum(tensor.nbytes for tensor in _tensors(content)) / 1e6
    free = shutil.disk_usage(file.parent).free / 1e6
    return (
        f"{file}: can't be written, as {FULL[error.errno]}: it takes about {needed:.1f} MB, and "
        f"{free:.1f} MB are free; {untouched}. Make room and go on with --resume; "
        "`--cfg-options default_hooks.checkpoint.max_keep_ckpts=1` keeps fewer"
    )


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item)
