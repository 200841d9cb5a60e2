"""Prepares a trained model for predicting: the same answers for less work."""

import logging
from dataclasses import dataclass
from typing import Any, Literal

import torch
from mmengine.logging import print_log
from mmengine.utils import apply_to
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from digitdet.models.norm_folding import Part, find_parts, fold_norms

Precision = Literal["float32", "bf16"]
# Of a processor's capabilities, those that multiply matrices of bfloat16: x86, then ARM.
BF16_CAPABILITIES = ("avx512_bf16", "amx_bf16", "avx10_2", "bf16")


@dataclass(frozen=True)
class Inference:
    """How a tool computes predictions.

    Attributes:
        plain: Compute as the training does, with the model as it is.
        precision: See `prepare_for_inference`.
        compiled: See `prepare_for_inference`.

    Raises:
        ValueError: If ``plain`` is to be something else too.
    """

    plain: bool = False
    precision: Precision = "float32"
    compiled: bool = False

    def __post_init__(self) -> None:
        if self.plain and (self.precision != "float32" or self.compiled):
            other = "--compile" if self.compiled else f"--precision {self.precision}"
            raise ValueError(f"--plain computes as the training does; leave it out, or {other}")

    def prepare(self, model: nn.Module) -> nn.Module:
        """Prepare a model on its device, in place; see `prepare_for_inference`."""
        if self.plain:
            return model.eval()
        return prepare_for_inference(model, precision=self.precision, compiled=self.compiled)


def prepare_for_inference(
    model: nn.Module, *, precision: Precision = "float32", compiled: bool = False
) -> nn.Module:
    """Make a model predict faster; it can't be trained or saved as it was from then on.

    BatchNorm is folded into the convolutions before it wherever the model's operations show that
    nothing else depends on what is between them, and convolutions compute with channels last.
    Scores move by less than 1e-3 and boxes by less than 0.01 pixels. What can't be traced is left
    as it is: any model may be given.

    Args:
        model: The model with its trained weights, on the device that it will predict on; it is
            changed in place.
        precision: ``"bf16"`` computes the traced parts of it (backbone and heads, not the
            regions and boxes) in bfloat16, which has 8 bits: scores change with it.
        compiled: Compile these parts with `torch.compile`, on CUDA alone: on a processor no gain
            was seen.

    Returns:
        The model, in evaluation mode.

    Raises:
        ValueError: If the device has no bfloat16, or can't gain by compilation.
    """
    device = _device_of(model)
    if precision not in ("float32", "bf16"):
        raise ValueError(f"precision is 'float32' or 'bf16', got {precision!r}")
    if precision == "bf16" and (problem := bf16_problem(device)):
        raise ValueError(f"precision 'bf16': {problem}; leave it at 'float32'")
    if compiled and device.type != "cuda":
        raise ValueError(
            f"compilation needs a CUDA device, but the model is on {str(device)!r}, where no gain "
            "was seen from it; leave it out"
        )
    parts = find_parts(model.eval())
    _fold_all(model, parts)
    model.to(memory_format=torch.channels_last)
    for part in parts:
        if precision == "bf16":
            compute_in_bf16(part.module, device)
        if compiled:
            part.module.compile(dynamic=True)  # sizes of pictures and numbers of regions vary
    return model


def _device_of(model: nn.Module) -> torch.device:
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device


def _fold_all(model: nn.Module, parts: list[Part]) -> None:
    folded = sum(fold_norms(model, part) for part in parts)
    left = [name for name, module in model.named_modules() if isinstance(module, _BatchNorm)]
    print_log(
        f"{folded} BatchNorm layers are folded into convolutions"
        + (f"; {len(left)} stay, such as {left[0]}" if left else ""),
        logger="current",
        level=logging.DEBUG,
    )


def bf16_problem(device: torch.device) -> str | None:
    """Say why a device should not compute in bfloat16; None if it has instructions for it.

    Without them it can: a convolution took a CPU 49 times as long as in float32.
    """
    if device.type == "cuda":
        has_it = torch.cuda.is_bf16_supported(including_emulation=False)
        name = torch.cuda.get_device_name(device)
    elif device.type == "cpu":
        # Public from some version after 2.6 on.
        capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
        has_it = any(capabilities.get(key, False) for key in BF16_CAPABILITIES)
        name = str(capabilities.get("cpu_name", "the processor"))
    else:
        return f"is for a CPU or CUDA, and the model is on {str(device)!r}"
    return None if has_it else f"{name} has no instructions for bfloat16"


def compute_in_bf16(part: nn.Module, device: torch.device) -> None:
    """Let a module compute in bfloat16 and return float32.

    Boxes must not be decoded in bfloat16: its 8 bits hold 160.0 and 161.0, but nothing between.

    Args:
        part: The module; it is changed in place.
        device: Where it computes.
    """
    forward = part.forward

    def forward_in_bf16(value: Any) -> Any:
        with torch.autocast(device.type, torch.bfloat16):
            result = forward(value)
        return apply_to(result, _is_bf16, Tensor.float)

    part.forward = forward_in_bf16


def _is_bf16(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype == torch.bfloat16
