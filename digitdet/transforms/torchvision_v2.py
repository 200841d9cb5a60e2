"""All of ``torchvision.transforms.v2`` by class name, usable from a text config."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.registry import Registry
from mmengine.registry import build_from_cfg as _build_from_cfg
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2

from digitdet.structures import Target


def transform_classes() -> dict[str, type[v2.Transform]]:
    """Return the transforms of torchvision by class name."""
    return {
        name: value
        for name, value in vars(v2).items()
        if inspect.isclass(value) and issubclass(value, v2.Transform) and value is not v2.Transform
    }


def _dtype(value: Any) -> Any:
    """Translate ``"float32"`` to ``torch.float32``, and the same within ``{"Image": ...}``."""
    if isinstance(value, str):
        dtype = getattr(torch, value, None)
        if not isinstance(dtype, torch.dtype):
            raise ValueError(f"dtype {value!r} is not one of torch's, such as 'float32' or 'uint8'")
        return dtype
    if isinstance(value, Mapping):
        return {_dtype_key(key): _dtype(item) for key, item in value.items()}
    return value


def _dtype_key(key: Any) -> Any:
    if not isinstance(key, str) or key == "others":
        return key
    kind = getattr(tv_tensors, key, Tensor if key == "Tensor" else None)
    if kind is None:
        raise ValueError(f"dtype is given for {key!r}, which is not a class of tv_tensors")
    return kind


def _interpolation(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    known = [mode.value for mode in v2.InterpolationMode]
    if value not in known:
        raise ValueError(f"interpolation {value!r} is not one of {', '.join(known)}")
    return v2.InterpolationMode(value)


def translate(name: str, value: Any) -> Any:
    """Translate the value of a transform's argument that a text config cannot hold as it is.

    Args:
        name: The argument.
        value: What the config states: of ``dtype`` its name, of ``interpolation`` its value.

    Returns:
        What torchvision takes; any other argument's value as it is.

    Raises:
        ValueError: If it can't be translated.
    """
    if name == "dtype":
        return _dtype(value)
    return _interpolation(value) if name == "interpolation" else value


def box_labels(sample: tuple[Tensor, Target]) -> tuple[Tensor, Tensor]:
    """Return what has to be dropped with a box: its label and its crowd mark."""
    _, target = sample
    return target["labels"], target["iscrowd"]


def build_transform(
    cfg: Mapping[str, Any], registry: Registry, default_args: Mapping[str, Any] | None = None
) -> Any:
    """Build a transform from a config, translating what a text config cannot hold.

    A ``dtype`` is given by its name, an ``interpolation`` by its value (``"bilinear"``), nested
    ``transforms`` are configs too, and `SanitizeBoundingBoxes` drops labels and crowd marks with
    the boxes.

    Args:
        cfg: The config; ``type`` names the transform.
        registry: Registry to find it in.
        default_args: Arguments for those that the config does not give.

    Returns:
        The transform.

    Raises:
        KeyError: If the registry does not know ``type``.
        ValueError: If a name can't be translated.
    """
    args = {**(default_args or {}), **cfg}
    args = {name: translate(name, value) for name, value in args.items()}
    nested = args.get("transforms")
    if isinstance(nested, Sequence) and not isinstance(nested, str):
        args["transforms"] = [
            registry.build(item) if isinstance(item, Mapping) else item for item in nested
        ]
    kind = args.get("type")
    if (registry.get(kind) if isinstance(kind, str) else kind) is v2.SanitizeBoundingBoxes:
        args.setdefault("labels_getter", box_labels)
    return _build_from_cfg(args, registry)
