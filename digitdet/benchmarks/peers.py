"""torchvision's own Faster R-CNN, which digitdet's speed is measured beside."""

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN as TorchvisionFasterRCNN
from torchvision.models.detection import fasterrcnn_resnet50_fpn_v2

from digitdet.models.faster_rcnn import FasterRCNN
from digitdet.structures import Batch

FROZEN_AT_STOCK = ("conv1", "bn1", "layer1")  # with pretrained weights, three stages are trained


def stock_peer(num_classes: int) -> nn.Module:
    """Build ``fasterrcnn_resnet50_fpn_v2`` at its own settings, with random weights.

    As many stages are frozen as with pretrained weights: without them torchvision trains all.
    """
    peer: nn.Module = fasterrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None, num_classes=num_classes
    )
    for name in FROZEN_AT_STOCK:
        peer.get_submodule(f"backbone.body.{name}").requires_grad_(False)
    return peer


def equal_peer(ours: nn.Module, model: Mapping[str, Any]) -> nn.Module:
    """Build torchvision's Faster R-CNN with the settings, the layers and so the weights of ours.

    Layers that are frozen, or whose BatchNorm keeps its statistics, are so in the peer too, as
    long as its ``train`` is not called.

    Args:
        ours: digitdet's model, in the mode that the peer shall have. It shares its layers.
        model: Its config.

    Raises:
        ValueError: If it is no `FasterRCNN`, so that torchvision has no equal.
    """
    if not isinstance(ours, FasterRCNN):
        raise ValueError(
            "the peer at equal settings is torchvision's Faster R-CNN, so that model.type has to "
            f"be 'FasterRCNN', got {type(ours).__name__!r}; measure it without --peer"
        )
    given = _settings(model)
    peer: nn.Module = TorchvisionFasterRCNN(
        ours.backbone,
        min_size=given["min_size"],
        max_size=given["max_size"],
        image_mean=list(given["mean"]),
        image_std=list(given["std"]),
        rpn_anchor_generator=ours.rpn.anchor_generator,
        rpn_head=ours.rpn.head,
        rpn_pre_nms_top_n_train=given["pre_nms_proposals_train"],
        rpn_pre_nms_top_n_test=given["pre_nms_proposals_test"],
        rpn_post_nms_top_n_train=given["proposals_train"],
        rpn_post_nms_top_n_test=given["proposals_test"],
        rpn_nms_thresh=given["rpn_nms_threshold"],
        rpn_batch_size_per_image=given["anchors_per_image"],
        box_head=ours.roi_heads.box_head,
        box_predictor=ours.roi_heads.box_predictor,
        box_score_thresh=given["score_threshold"],
        box_nms_thresh=given["nms_threshold"],
        box_detections_per_img=given["detections_per_image"],
        box_batch_size_per_image=given["rois_per_image"],
    )
    return peer if ours.training else peer.eval()


def _settings(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's arguments, those that its config leaves out as well."""
    arguments = {key: value for key, value in model.items() if key != "type"}
    bound = inspect.signature(FasterRCNN).bind(**arguments)
    bound.apply_defaults()
    return dict(bound.arguments)


def peer_inputs(batch: Batch) -> tuple[list[Tensor], list[dict[str, Tensor]]]:
    """Return a batch as torchvision's models take it: float images, and boxes with labels."""
    images = [
        image.float() / 255 if image.dtype == torch.uint8 else image for image in batch["images"]
    ]
    targets = [{"boxes": t["boxes"], "labels": t["labels"]} for t in batch["targets"]]
    return images, targets
