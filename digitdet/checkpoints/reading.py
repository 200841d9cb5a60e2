"""Reads checkpoints, executing nothing of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


def existing_checkpoint(file: str | Path) -> Path:
    """Return the path of a checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    if not Path(file).is_file():
        raise FileNotFoundError(
            f"{file}: no such checkpoint; tools/train.py writes epoch_*.pth and best_*.pth to its "
            "work folder"
        )
    return Path(file)


def load_file(file: str | Path, map_location: Any = "cpu") -> Any:
    """Load a checkpoint of tensors and plain values, executing nothing.

    Args:
        file: The checkpoint.
        map_location: Where its tensors go, as ``torch.load`` takes it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not such a checkpoint.
    """
    existing_checkpoint(file)
    try:
        return torch.load(file, map_location=map_location, weights_only=True)
    except Exception as error:
        raise ValueError(
            f"{file}: can't be loaded as a checkpoint of tensors and plain values "
            f"({type(error).__name__}); take one that tools/train.py wrote, and copy it "
            "again if it was cut short"
        ) from error


def state_dict_of(content: Any, source: str) -> dict[str, Tensor]:
    """Take the weights out of a loaded checkpoint.

    Args:
        content: What was loaded: a checkpoint of digitdet, or a plain state dict.
        source: Where it comes from, for errors.

    Raises:
        ValueError: If it holds no state dict of tensors.
    """
    state = content.get("state_dict", content) if isinstance(content, Mapping) else None
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f"{source}: holds no state dict of tensors")
    return dict(state)


def read_meta(file: str | Path) -> dict[str, Any]:
    """Return what a checkpoint says of itself, without reading its tensors; empty if nothing.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a checkpoint of tensors and plain values.
    """
    existing_checkpoint(file)
    try:
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        raise ValueError(f"{file}: can't be loaded as a checkpoint ({error})") from error
    meta = content.get("meta") if isinstance(content, Mapping) else None
    return meta if isinstance(meta, dict) else {}
