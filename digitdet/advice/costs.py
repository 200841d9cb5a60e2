"""A detector without numbers: its strides, and the memory that its training takes."""

from collections.abc import Mapping
from typing import Any

import torch

from digitdet.config_checks.meta_models import without_weights
from digitdet.models.faster_rcnn import ROI_SIZE, FasterRCNN
from digitdet.models.stages import PROBE_SIZE
from digitdet.registry import MODELS
from digitdet.saved_memory import SavedMemory


def build_shapes(config: Mapping[str, Any]) -> FasterRCNN:
    """Build a detector on the device ``meta``, in training mode.

    Args:
        config: Of a `FasterRCNN`.

    Raises:
        ValueError: If it is another model, whose parts are not known.
    """
    with torch.device("meta"):
        model = MODELS.build(without_weights(config))
    if not isinstance(model, FasterRCNN):
        raise ValueError(
            f"advice is on the input and anchors of a FasterRCNN, but the model is a "
            f"{type(model).__name__}"
        )
    return model.train()


def set_input(model: FasterRCNN, sides: tuple[int, int]) -> None:
    """Let a detector resize pictures to another short side and longest side, in pixels."""
    model.transform.min_size, model.transform.max_size = (sides[0],), sides[1]


def find_strides(model: FasterRCNN) -> tuple[int, ...]:
    """Return the strides of a detector's feature maps in pixels, finest first."""
    with torch.no_grad(), torch.device("meta"):
        maps = model.backbone(torch.empty(1, 3, PROBE_SIZE, PROBE_SIZE))
    return tuple(PROBE_SIZE // value.shape[-2] for value in maps.values())


def activation_bytes(model: FasterRCNN, padded: tuple[int, int], rois: int) -> int:
    """Return the bytes that the layers keep of a picture for the backward pass.

    What the losses keep, a small part, is not counted.

    Args:
        model: See `build_shapes`.
        padded: Height and width that the model sees, in pixels.
        rois: Regions.
    """
    with torch.device("meta"), SavedMemory(model.parameters()) as memory:
        maps = list(model.backbone(torch.empty(1, 3, *padded)).values())
        model.rpn.head(maps)
        regions = torch.empty(rois, maps[0].shape[1], ROI_SIZE, ROI_SIZE, requires_grad=True)
        model.roi_heads.box_predictor(model.roi_heads.box_head(regions))
    return memory.num_bytes
