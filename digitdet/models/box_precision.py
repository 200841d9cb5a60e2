"""Boxes are float32, also where mixed precision computes the layers in half of it."""

from typing import Any

from mmengine.utils import apply_to
from torch import Tensor, nn


def decode_in_float32(head: nn.Module) -> None:
    """Let a head return float32 under autocast, so that boxes are decoded from it in float32.

    torchvision gives anchors, regions and then the true boxes the type of what the head returns.
    Eight bits of bfloat16 hold 160.0 and 161.0 but nothing between: a digit's box would be trained
    and predicted to a pixel.

    Args:
        head: Module whose output boxes are decoded from; it is changed in place.
    """
    head.register_forward_hook(_to_float32)


def _to_float32(head: nn.Module, arguments: Any, output: Any) -> Any:  # noqa: ARG001
    return apply_to(output, lambda value: isinstance(value, Tensor), Tensor.float)
