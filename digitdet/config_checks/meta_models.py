"""A config's model without its numbers: names and shapes of the parameters alone."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from digitdet.config_checks.building import left_alone
from digitdet.config_checks.libraries import is_known
from digitdet.config_checks.parts import Part


def build_on_meta(parts: Sequence[Part]) -> nn.Module | None:
    """Build a config's model on torch's device ``meta``, without weights.

    Args:
        parts: What is built of the config.

    Returns:
        The model; None where it is a user's own, holds something that is, or can't be built.
    """
    inside = [part for part in parts if part.key.split(".")[0] == "model"]
    if not inside or not all(is_known(part.kind) for part in inside):
        return None
    try:
        with left_alone():
            return build_shapes(inside[0])
    except Exception:  # what is wrong with it is told by the trial of each part
        return None


def build_shapes(part: Part) -> nn.Module:
    """Build a model or backbone on the device ``meta``; it may raise what its constructor does."""
    with torch.device("meta"):
        model: nn.Module = part.registry.build(without_weights(part.config))
    return model


def without_weights(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a model's config that loads no weights, at any depth."""
    own = {
        key: without_weights(value) if isinstance(value, Mapping) else copy.deepcopy(value)
        for key, value in config.items()
    }
    return {**own, "weights": None} if "weights" in own else own
