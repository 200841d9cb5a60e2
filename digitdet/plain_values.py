"""Values that any program can load, and that execute nothing."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


def to_plain(value: Any) -> Any:
    """Turn nested values into tensors, numbers, strings, dicts, lists and tuples.

    Args:
        value: Nested containers of tensors, NumPy scalars and arrays, and plain values.

    Returns:
        The same with plain types; what is none of these becomes its text.
    """
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [to_plain(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if value is None or type(value) in (bool, int, float, str) or isinstance(value, Tensor):
        return value
    if isinstance(value, torch.dtype | torch.device):
        return str(value)
    return to_plain(value.tolist()) if hasattr(value, "tolist") else str(value)
