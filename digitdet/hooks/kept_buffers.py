"""A copy of a model's buffers, taken in each step."""

from collections import defaultdict
from operator import is_

import torch
from torch import Tensor, nn


class KeptBuffers:
    """A model's buffers as they were, to be given back to it.

    Few copies take all of them: those of one kind are brought together in one tensor. BatchNorm's
    alone are some two hundred in a detector, and a copy of each takes longer than that of its
    numbers.

    Args:
        model: Its modules are those that it has now; their buffers may be replaced.
    """

    def __init__(self, model: nn.Module) -> None:
        self._owners = [module._buffers for module in model.modules() if module._buffers]
        self._held: list[dict[str, Tensor | None]] = []
        self._known: list[Tensor] = []
        self._groups: list[list[Tensor]] = []
        self._copies: list[Tensor] = []

    @torch.no_grad()
    def keep(self) -> None:
        """Copy all."""
        buffers = [one for owner in self._owners for one in owner.values() if one is not None]
        if len(buffers) != len(self._known) or not all(map(is_, buffers, self._known)):
            self._known, self._groups = buffers, _grouped(buffers)
            self._held = [dict(owner) for owner in self._owners]
        self._copies = [_joined(group) for group in self._groups]

    @torch.no_grad()
    def restore(self) -> None:
        """Write the copies back into the buffers that they are of, and these into the model."""
        for owner, held in zip(self._owners, self._held, strict=False):
            owner.update(held)  # a step may have replaced some
        for group, copy in zip(self._groups, self._copies, strict=True):
            parts = copy.split([buffer.numel() for buffer in group])
            for buffer, part in zip(group, parts, strict=True):
                buffer.copy_(part.view(buffer.shape))


def _grouped(buffers: list[Tensor]) -> list[list[Tensor]]:
    """Group what can be joined: of one type, on one device, and single numbers apart."""
    groups = defaultdict(list)
    for buffer in buffers:
        groups[buffer.device, buffer.dtype, min(buffer.dim(), 2)].append(buffer)
    return list(groups.values())


def _joined(group: list[Tensor]) -> Tensor:
    """Copy a group into one tensor of one dimension."""
    if group[0].dim() == 0:
        return torch.stack(group)
    return torch.cat(group if group[0].dim() == 1 else [buffer.flatten() for buffer in group])
