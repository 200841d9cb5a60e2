"""Reads checkpoints, executing nothing of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from digitdet.checkpoints.archives import check_whole
from digitdet.checkpoints.file_kinds import AGAIN, SAVE_WEIGHTS, is_zip, refusal
from digitdet.checkpoints.foreign_objects import KNOWN, foreign_names, load_safely, load_without
from digitdet.checkpoints.safetensors_files import (
    is_safetensors,
    read_safetensors,
    read_safetensors_meta,
)

# Where the weights are in a checkpoint: of digitdet and mmengine; of torchvision's scripts.
STATES = ("state_dict", "model")


def existing_checkpoint(file: str | Path) -> Path:
    """Return the path of a checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is a folder.
    """
    if Path(file).is_dir():
        raise ValueError(
            f"{file}: is a folder; name a checkpoint in it, such as {file}/epoch_1.pth"
        )
    if not Path(file).is_file():
        raise FileNotFoundError(
            f"{file}: no such checkpoint; tools/train.py writes epoch_*.pth and best_*.pth to its "
            "work folder"
        )
    return Path(file)


def load_file(file: str | Path, map_location: Any = "cpu") -> Any:
    """Load a checkpoint of tensors and plain values, to the last bit what was written.

    Nothing of it is executed. Of checkpoints of plain mmengine, which hold other objects, the
    weights alone are loaded.

    Args:
        file: The checkpoint, or safetensors, under any name.
        map_location: Where its tensors go, as ``torch.load`` takes it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is torn, damaged or no checkpoint; the message says what it is.
    """
    found = existing_checkpoint(file)
    if is_safetensors(found):
        return read_safetensors(found, map_location)
    return _load(found, map_location, with_tensors=True)


def read_meta(file: str | Path) -> dict[str, Any]:
    """Return what a checkpoint says of itself, without reading its tensors; empty if nothing.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no checkpoint, or what it says is torn or damaged; its tensors may be.
    """
    found = existing_checkpoint(file)
    if is_safetensors(found):
        return read_safetensors_meta(found)
    content = _load(found, "meta", with_tensors=False)
    meta = content.get("meta") if isinstance(content, Mapping) else None
    return meta if isinstance(meta, dict) else {}


def state_dict_of(content: Any, source: str) -> dict[str, Tensor]:
    """Take the weights out of a loaded checkpoint.

    Args:
        content: What was loaded: a checkpoint, or a plain state dict.
        source: Where it comes from, for errors.

    Raises:
        ValueError: If it holds no state dict of tensors.
    """
    state = content
    if isinstance(content, Mapping):
        state = next((content[key] for key in STATES if key in content), content)
    if (
        not isinstance(state, Mapping)
        or not state
        or not all(isinstance(key, str) for key in state)
        or not all(isinstance(value, Tensor) for value in state.values())
    ):
        raise ValueError(f"{source}: holds no state dict of tensors")
    return dict(state)


def _load(file: Path, map_location: Any, *, with_tensors: bool) -> Any:
    """Load what torch.save wrote, once it is verified; the tensors only if they are asked for."""
    zipped = is_zip(file)
    if zipped:
        check_whole(file, with_tensors=with_tensors)
    try:
        return load_safely(file, map_location)
    except MemoryError as error:
        raise refusal(file, "takes more memory than there is", "take another one") from error
    except torch.OutOfMemoryError:  # of a device; it says so
        raise
    except Exception as error:
        names = _foreign_names(file) if zipped else []
        if not names or not KNOWN.issuperset(names):
            raise _refusal_of(file, names, error) from error
    return _load_weights(file, names, map_location)


def _load_weights(file: Path, names: list[str], map_location: Any) -> dict[str, Any]:
    """Load the weights alone of a file that holds known foreign objects."""
    try:
        content = load_without(file, names, map_location)
    except Exception as error:  # of a pickle that does more with them than make them
        raise _refusal_of(file, names, error) from error
    return {"state_dict": state_dict_of(content, str(file))}


def _foreign_names(file: Path) -> list[str]:
    try:
        return foreign_names(file)
    except Exception:  # of a pickle that torch does not write
        return []


def _refusal_of(file: Path, names: list[str], error: Exception) -> ValueError:
    if names:
        what = f"holds Python objects ({', '.join(names[:3])}), which could run anything"
        return refusal(file, what, SAVE_WEIGHTS)
    reason = str(error).strip().splitlines() or [type(error).__name__]
    what = f"is damaged, or holds more than torch loads safely ({reason[-1][:200]})"
    return refusal(file, what, f"{AGAIN}, or {SAVE_WEIGHTS}")
