"""What a detector asks of its backbone: feature maps, and stages that can be frozen."""

from collections.abc import Mapping
from typing import Any, get_args

import torch
from torch import Tensor, nn
from torchvision.ops import MultiScaleRoIAlign

from digitdet.models.roi_align import GatheredRoIAlign, RoIAlignMethod

PROBE_SIZE = 128  # height and width of the picture that a backbone is tried with, in pixels


def check_backbone(backbone: Any, num_levels: int) -> dict[str, Tensor]:
    """Check that a backbone makes as many feature maps as there are anchors for.

    Args:
        backbone: Module that maps (B, 3, H, W) to a dict of feature maps.
        num_levels: Feature maps that there are anchors for.

    Returns:
        Its feature maps of an empty picture of `PROBE_SIZE`.

    Raises:
        ValueError: If it has no ``out_channels``, or makes another number of feature maps.
    """
    name = type(backbone).__name__
    if not hasattr(backbone, "out_channels"):
        raise ValueError(f"the backbone {name} has no `out_channels`, the channels of its maps")
    maps = _probe(backbone)
    if len(maps) != num_levels:
        raise ValueError(
            f"anchor_sizes is given for {num_levels} feature maps, but {name} makes {len(maps)}: "
            f"{list(maps)}"
        )
    return maps


def fixed_pool(
    maps: Mapping[str, Tensor],
    output_size: int,
    sampling_ratio: int = 2,
    method: RoIAlignMethod = "torchvision",
) -> MultiScaleRoIAlign:
    """Return the pooling of regions, with the scales of a backbone's feature maps.

    torchvision's infers them from the first batch that it sees, and keeps them. A batch of strips
    of 33 to 45 pixels height, which are padded to 64, makes it take each map for twice as fine as
    it is: what a model gives would depend on the first picture since the program began.

    Args:
        maps: What `check_backbone` returned.
        output_size: Height and width of what is pooled.
        sampling_ratio: Points along each side of a bin.
        method: How it is computed on a processor.

    Raises:
        ValueError: If there is no such method, or no point in a bin.
    """
    if method not in get_args(RoIAlignMethod):
        raise ValueError(f"roi_align is one of {get_args(RoIAlignMethod)}, got {method!r}")
    if sampling_ratio < 1:
        raise ValueError(f"roi_sampling_ratio has to be at least 1, got {sampling_ratio!r}")
    kind = GatheredRoIAlign if method == "gather" else MultiScaleRoIAlign
    names = [str(level) for level in range(4)]
    pool = kind(names, output_size=output_size, sampling_ratio=sampling_ratio)
    size = PROBE_SIZE
    with torch.device("cpu"):  # only the sizes of the maps count, which a meta device has too
        empty = {name: torch.zeros(value.shape) for name, value in maps.items()}
        pool(empty, [torch.tensor([[0.0, 0.0, size, size]])], [(size, size)])
    return pool


def _probe(backbone: nn.Module) -> dict[str, Tensor]:
    """Return the feature maps of an empty picture."""
    training = backbone.training
    with torch.no_grad():
        maps: dict[str, Tensor] = backbone.eval()(torch.zeros(1, 3, PROBE_SIZE, PROBE_SIZE))
    backbone.train(training)
    return maps


def freeze_stages(backbone: nn.Module, trainable: int | None) -> list[nn.Module]:
    """Freeze the stages of a backbone below the trainable ones.

    Args:
        backbone: Module with ``stages``, a list of lists of modules from the input up.
        trainable: Stages that stay trainable, counted from the top; None for all.

    Returns:
        The frozen modules.

    Raises:
        ValueError: If the backbone has no stages, or not as many.
    """
    if trainable is None:
        return []
    name = type(backbone).__name__
    stages: Any = getattr(backbone, "stages", None)
    if stages is None:
        raise ValueError(
            f"trainable_backbone_stages is {trainable}, but {name} has no `stages` (a list of "
            "lists of modules, from the input up)"
        )
    if not 0 <= trainable <= len(stages):
        raise ValueError(
            f"trainable_backbone_stages is 0 to {len(stages)} for {name}, got {trainable}"
        )
    frozen = [module for stage in stages[: len(stages) - trainable] for module in stage]
    for module in frozen:
        module.requires_grad_(False)
    return frozen
