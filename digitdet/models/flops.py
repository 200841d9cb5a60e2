"""What a detector's layers cost: counted by torch, without computing anything."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.flop_counter import FlopCounterMode

from digitdet.models.faster_rcnn import ROI_SIZE, FasterRCNN

Part = TypeVar("Part", bound=nn.Module)


@dataclass(frozen=True)
class Flops:
    """Floating point operations of a picture: two for each multiply-add.

    Attributes:
        backbone: Of the backbone with its feature pyramid.
        rpn_head: Of the head that scores the anchors.
        box_head: Of the head that reads the regions, with the last layers.
    """

    backbone: int
    rpn_head: int
    box_head: int

    @property
    def total(self) -> int:
        """Of all parts. What is left, such as NMS, counts no multiplications of matrices."""
        return self.backbone + self.rpn_head + self.box_head


def count_flops(
    model: FasterRCNN, height: int, width: int, num_rois: int, *, training: bool = False
) -> Flops:
    """Count what convolutions and linear layers compute for one picture, as torch counts it.

    Copies of the model's parts run on the meta device: that takes neither memory nor long, and
    the model is left as it is.

    Args:
        model: The detector as it was built; one that is prepared for inference can't be copied.
        height: Of the picture before it is resized, in pixels.
        width: The same.
        num_rois: Regions that the box head reads: ``proposals_test``, or in training
            ``rois_per_image``, if there are as many.
        training: Count the backward pass too. Frozen layers below all trained ones have none. Of
            depthwise convolutions, as in MobileNet, torch (2.14) counts far too much there.
    """
    transform = copy.deepcopy(model.transform).eval()
    images = transform([torch.empty(3, height, width, device="meta")])[0].tensors
    backbone, rpn_head = _on_meta(model.backbone), _on_meta(model.rpn.head)
    box_head = _on_meta(nn.Sequential(model.roi_heads.box_head, model.roi_heads.box_predictor))
    maps = list(backbone(images).values())
    trained = training and any(value.requires_grad for value in maps)
    maps = [value.detach().requires_grad_(trained) for value in maps]
    channels = maps[0].shape[1]
    rois = torch.empty(num_rois, channels, ROI_SIZE, ROI_SIZE, device="meta", requires_grad=trained)
    return Flops(
        backbone=_count(lambda: list(backbone(images).values()), training),
        rpn_head=_count(
            lambda: [value for of_kind in rpn_head(maps) for value in of_kind], training
        ),
        box_head=_count(lambda: list(box_head(rois)), training),
    )


def _on_meta(part: Part) -> Part:
    """Copy a module to the meta device, in evaluation mode, without copying its values.

    BatchNorm, which multiplies no matrices, takes torch longest on that device: it is replaced.
    """
    memo: dict[int, Any] = {
        id(p): nn.Parameter(torch.empty_like(p, device="meta"), requires_grad=p.requires_grad)
        for p in part.parameters()
    }
    memo.update({id(b): torch.empty_like(b, device="meta") for b in part.buffers()})
    # Evaluation: in training, BatchNorm refuses a single value, which a batch would not give it.
    copied = copy.deepcopy(part, memo).eval()
    for module in list(copied.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, _BatchNorm):
                setattr(module, name, _Scaling(child))
    return copied


class _Scaling(nn.Module):
    """Stands for a normalisation in the flow of gradients: they go on where its weight is trained.

    Args:
        norm: The normalisation.
    """

    def __init__(self, norm: _BatchNorm) -> None:
        super().__init__()
        self.weight = norm.weight

    def forward(self, value: Tensor) -> Tensor:
        """Scale a tensor of any shape."""
        return value if self.weight is None else value * self.weight[0]


def _count(compute: Callable[[], list[Tensor]], training: bool) -> int:
    with torch.set_grad_enabled(training), FlopCounterMode(display=False) as counter:
        outputs = compute()
        if training and (learning := [value for value in outputs if value.requires_grad]):
            torch.autograd.backward(learning, [torch.empty_like(value) for value in learning])
    return int(counter.get_total_flops())


def num_parameters(model: nn.Module) -> int:
    """Count the values of a model's parameters, trained and frozen."""
    return sum(parameter.numel() for parameter in model.parameters())
