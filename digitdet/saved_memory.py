"""Counts the memory that a forward pass keeps for its backward pass."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class SavedMemory:
    """Counts, while it is entered, what autograd keeps: each storage once, parameters not.

    Args:
        parameters: Of the model; they are kept anyway.
    """

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self._storages = {p.untyped_storage().data_ptr(): 0 for p in parameters}
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, self._unpack)

    def __enter__(self) -> "SavedMemory":
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._hooks.__exit__(*error)

    def _pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        self._storages.setdefault(storage.data_ptr(), storage.nbytes())
        return tensor

    @staticmethod
    def _unpack(tensor: Tensor) -> Tensor:
        return tensor

    @property
    def num_bytes(self) -> int:
        """What was kept, in bytes."""
        return sum(self._storages.values())
