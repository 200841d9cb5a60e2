"""Counts the memory that a forward pass keeps for its backward pass."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class SavedMemory:
    """Counts, while it is entered, what autograd keeps: each storage once, parameters not.

    On the device ``meta`` it counts what would be kept.

    Args:
        parameters: Of the model; they are kept anyway.
    """

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self._shapes: list[torch.UntypedStorage] = []
        self._storages = {self._key(p.untyped_storage()): 0 for p in parameters}
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, self._unpack)

    def __enter__(self) -> "SavedMemory":
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._hooks.__exit__(*error)

    def _pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        self._storages.setdefault(self._key(storage), storage.nbytes())
        return tensor

    def _key(self, storage: torch.UntypedStorage) -> int:
        """Return what tells a storage from others: where it lies, or itself, if that is nowhere."""
        if storage.device.type != "meta":
            return storage.data_ptr()
        self._shapes.append(storage)  # so that no other one becomes the same object
        return id(storage)

    @staticmethod
    def _unpack(tensor: Tensor) -> Tensor:
        return tensor

    @property
    def num_bytes(self) -> int:
        """What was kept, in bytes."""
        return sum(self._storages.values())
