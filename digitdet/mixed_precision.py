"""Training in mixed precision: in which type, and whether losses are scaled."""

from collections.abc import MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import torch
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import autocast

# What ``--amp`` says: nothing, mixed precision, or its type.
Amp = bool | Literal["bf16", "fp16"]
MIXED = "AmpOptimWrapper"
# What --amp takes -> the dtype of the wrapper.
DTYPES = {"bf16": "bfloat16", "fp16": "float16"}
NO_SCALING = {"enabled": False}


def set_precision(wrapper: MutableMapping[str, Any], amp: Amp) -> None:
    """Write into a config in which precision to train.

    Where a wrapper of mixed precision does not say it, it is bfloat16 if the device has it, which
    needs no scaling of losses: it holds the exponents of float32. Else it is float16 with dynamic
    scaling.

    Args:
        wrapper: The config's ``optim_wrapper``; it is changed in place.
        amp: True for mixed precision, ``"bf16"`` or ``"fp16"`` to choose the type; False for what
            the config says.

    Raises:
        ValueError: If mixed precision is asked for without a CUDA device, or bfloat16 and the
            device has none.
    """
    if amp:
        wrapper["type"] = MIXED
    if isinstance(amp, str):
        wrapper["dtype"] = DTYPES[amp]
    if wrapper.get("type") != MIXED:
        return
    if not torch.cuda.is_available():
        raise ValueError(
            f"--amp needs a CUDA device, as optim_wrapper.type={MIXED!r} does, and there is none; "
            "on a CPU mixed precision is slower, so train without it"
        )
    has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    fill_in(wrapper, has_bfloat16, torch.cuda.get_device_name())


def fill_in(wrapper: MutableMapping[str, Any], has_bfloat16: bool, device: str) -> None:
    """Write into a wrapper of mixed precision what it does not say: type and scaling.

    Args:
        wrapper: The config; it is changed in place.
        has_bfloat16: Whether the device computes in bfloat16.
        device: Its name, for the error.

    Raises:
        ValueError: If the wrapper asks for bfloat16 and the device has none.
    """
    if wrapper.get("dtype") is None:
        wrapper["dtype"] = "bfloat16" if has_bfloat16 else "float16"
    is_bfloat16 = wrapper["dtype"] == "bfloat16"
    if is_bfloat16 and not has_bfloat16:
        raise ValueError(
            f"{device} does not compute in bfloat16; train with --amp fp16, or with "
            "optim_wrapper.dtype='float16'"
        )
    wrapper.setdefault("loss_scale", dict(NO_SCALING) if is_bfloat16 else "dynamic")


def scales_losses(wrapper: Any) -> bool:
    """Whether a run scales its losses, and skips steps whose gradients overflow by that."""
    return isinstance(wrapper, AmpOptimWrapper) and wrapper.loss_scaler.is_enabled()


def autocast_of(wrapper: OptimWrapper) -> AbstractContextManager[None]:
    """Return the precision of a run's forward pass, as a context."""
    if not isinstance(wrapper, AmpOptimWrapper):
        return nullcontext()
    precision: AbstractContextManager[None] = autocast(dtype=wrapper.cast_dtype)
    return precision
