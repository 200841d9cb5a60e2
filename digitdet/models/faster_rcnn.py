"""Faster R-CNN, assembled from torchvision's parts with explicit arguments."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.model import BaseModel
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNConvFCHead, FastRCNNPredictor
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead

from digitdet.labels import NUM_CLASSES
from digitdet.models.box_precision import decode_in_float32
from digitdet.models.resizing import ResizeDtype, Resizing
from digitdet.models.roi_align import RoIAlignMethod
from digitdet.models.stages import check_backbone, fixed_pool, freeze_stages
from digitdet.models.weights import load_pretrained
from digitdet.registry import BACKBONES, MODELS
from digitdet.structures import Prediction, Target

ROI_SIZE = 7


@MODELS.register_module()
class FasterRCNN(BaseModel):
    """Faster R-CNN v2 of torchvision: the same parts, parameter names, losses and predictions.

    The defaults are those of ``fasterrcnn_resnet50_fpn_v2`` but for the number of classes and the
    score threshold (torchvision's is 0.05).

    Args:
        num_classes: Digits and background: 11.
        backbone: Config of a backbone from the ``BACKBONES`` registry, or a module. It maps images
            to a dict of feature maps, finest first, and has ``out_channels``; to be frozen in part
            it has ``stages`` too.
        weights: ``"COCO_V1"``, a checkpoint file, or None for random weights.
        trainable_backbone_stages: How many of the backbone's stages are trained, counted from its
            top; None for all. It holds with and without weights.
        norm_eval: Keep the BatchNorm statistics of frozen stages. False lets them move in
            training, as torchvision does.
        min_size: Short side that a picture is resized to, in pixels.
        max_size: Longest side that this may lead to, in pixels.
        resize_dtype: ``"uint8"`` resizes uint8 pictures in whole values, at most 1/255 off and
            in less time; ``"float32"`` is torchvision's.
        anchor_sizes: Sizes of the anchors of each feature map, in resized pixels.
        aspect_ratios: Height over width of the anchors.
        rpn_conv_depth: Convolutions of the RPN's head.
        pre_nms_proposals_train: Proposals kept of each feature map before NMS, in training.
        pre_nms_proposals_test: The same in evaluation.
        proposals_train: Proposals kept of a picture after NMS, in training.
        proposals_test: The same in evaluation.
        rpn_nms_threshold: IoU above which the lower of two proposals is dropped.
        anchors_per_image: Anchors sampled of a picture for the RPN's loss.
        rois_per_image: Regions sampled of a picture for the box head's loss.
        roi_sampling_ratio: Points along each side of a region's 7 x 7 bins. 1 is enough where a
            bin is no larger than a cell of the feature map.
        roi_align: ``"gather"`` pools regions on a processor in less time, above all in training;
            ``"torchvision"`` by its kernel. They agree but for rounding; on CUDA they are one.
        head_conv_channels: Channels of the box head's convolutions; may be empty.
        head_fc_channels: Widths of the box head's fully connected layers; at least one.
        score_threshold: Detections that score less are dropped, 0 to 1.
        nms_threshold: IoU above which the lower of two detections of a class is dropped.
        detections_per_image: Detections kept of a picture, the best ones.
        mean: Of the red, green and blue values in 0 to 1; subtracted from the input.
        std: The input is divided by it.

    Raises:
        ValueError: If arguments do not fit each other or their ranges.
    """

    def __init__(
        self,
        num_classes: int = NUM_CLASSES,
        backbone: Mapping[str, Any] | nn.Module = {"type": "ResNetFPN", "depth": 50},  # noqa: B006
        weights: str | None = None,
        trainable_backbone_stages: int | None = None,
        norm_eval: bool = True,
        min_size: int = 800,
        max_size: int = 1333,
        resize_dtype: ResizeDtype = "float32",
        anchor_sizes: Sequence[Sequence[int]] = ((32,), (64,), (128,), (256,), (512,)),
        aspect_ratios: Sequence[float] = (0.5, 1.0, 2.0),
        rpn_conv_depth: int = 2,
        pre_nms_proposals_train: int = 2000,
        pre_nms_proposals_test: int = 1000,
        proposals_train: int = 2000,
        proposals_test: int = 1000,
        rpn_nms_threshold: float = 0.7,
        anchors_per_image: int = 256,
        rois_per_image: int = 512,
        roi_sampling_ratio: int = 2,
        roi_align: RoIAlignMethod = "torchvision",
        head_conv_channels: Sequence[int] = (256, 256, 256, 256),
        head_fc_channels: Sequence[int] = (1024,),
        score_threshold: float = 0.01,
        nms_threshold: float = 0.5,
        detections_per_image: int = 100,
        mean: Sequence[float] = (0.485, 0.456, 0.406),
        std: Sequence[float] = (0.229, 0.224, 0.225),
    ) -> None:
        super().__init__()
        if not head_fc_channels:
            raise ValueError("head_fc_channels needs at least one width, got none")
        if not 0 <= score_threshold < 1:
            raise ValueError(f"score_threshold is 0 or more and below 1, got {score_threshold!r}")
        self.num_classes = num_classes
        self.score_threshold = score_threshold
        self.norm_eval = norm_eval

        self.transform = Resizing(min_size, max_size, mean, std, resize_dtype)
        self.backbone = BACKBONES.build(backbone) if isinstance(backbone, Mapping) else backbone
        maps = check_backbone(self.backbone, num_levels=len(anchor_sizes))
        channels: Any = self.backbone.out_channels
        self._frozen = freeze_stages(self.backbone, trainable_backbone_stages)
        anchors = _anchor_generator(anchor_sizes, aspect_ratios)
        self.rpn = RegionProposalNetwork(
            anchors,
            RPNHead(channels, anchors.num_anchors_per_location()[0], conv_depth=rpn_conv_depth),
            fg_iou_thresh=0.7,
            bg_iou_thresh=0.3,
            batch_size_per_image=anchors_per_image,
            positive_fraction=0.5,
            pre_nms_top_n={"training": pre_nms_proposals_train, "testing": pre_nms_proposals_test},
            post_nms_top_n={"training": proposals_train, "testing": proposals_test},
            nms_thresh=rpn_nms_threshold,
        )
        head = FastRCNNConvFCHead(
            (channels, ROI_SIZE, ROI_SIZE),
            list(head_conv_channels),
            list(head_fc_channels),
            norm_layer=nn.BatchNorm2d,
        )
        self.roi_heads = RoIHeads(
            fixed_pool(maps, ROI_SIZE, roi_sampling_ratio, roi_align),
            head,
            FastRCNNPredictor(head_fc_channels[-1], num_classes),
            fg_iou_thresh=0.5,
            bg_iou_thresh=0.5,
            batch_size_per_image=rois_per_image,
            positive_fraction=0.25,
            bbox_reg_weights=None,
            score_thresh=score_threshold,
            nms_thresh=nms_threshold,
            detections_per_img=detections_per_image,
        )
        decode_in_float32(self.rpn.head)
        decode_in_float32(self.roi_heads.box_predictor)
        if weights is not None:
            load_pretrained(self, weights)

    def train(self, mode: bool = True) -> "FasterRCNN":
        """Switch to training; with ``norm_eval``, frozen BatchNorm layers stay in evaluation."""
        super().train(mode)
        if self.norm_eval:
            for stage in self._frozen:
                for module in stage.modules():
                    if isinstance(module, _BatchNorm):
                        module.eval()
        return self

    def forward(
        self, images: list[Tensor], targets: list[Target] | None = None, mode: str = "predict"
    ) -> Any:
        """Compute losses or predictions.

        Args:
            images: B tensors (3, H, W) of any sizes, uint8 (divided by 255 here) or float (as
                they are, normally 0 to 1).
            targets: Their targets; needed for losses.
            mode: ``"loss"``, in training mode, or ``"predict"``, in evaluation mode.

        Returns:
            A dict of four scalar losses, or a list of B `Prediction`.

        Raises:
            ValueError: If ``mode`` is unknown or does not fit the model's, or a target has a
                label out of range or a box without area.
        """
        if mode not in ("loss", "predict"):
            raise ValueError(f"mode is 'loss' or 'predict', got {mode!r}")
        if self.training != (mode == "loss"):
            raise ValueError(
                f"mode {mode!r} needs `model.{'train' if mode == 'loss' else 'eval'}()` before"
            )
        if mode == "loss":
            if targets is None:
                raise ValueError("mode 'loss' needs targets")
            _check_targets(targets, self.num_classes)
        sizes = [(int(image.shape[-2]), int(image.shape[-1])) for image in images]
        wanted = [{"boxes": t["boxes"], "labels": t["labels"]} for t in targets or ()]
        batch, resized = self.transform(images, wanted if mode == "loss" else None)
        features = self.backbone(batch.tensors)
        proposals, rpn_losses = self.rpn(batch, features, resized)
        detections, box_losses = self.roi_heads(features, proposals, batch.image_sizes, resized)
        if mode == "loss":
            return {**box_losses, **rpn_losses}
        predictions: list[Prediction] = self.transform.postprocess(
            detections, batch.image_sizes, sizes
        )
        return predictions


def _anchor_generator(
    sizes: Sequence[Sequence[int]], aspect_ratios: Sequence[float]
) -> AnchorGenerator:
    if len({len(of_level) for of_level in sizes}) != 1:
        raise ValueError(
            "anchor_sizes needs as many sizes for each feature map, because one RPN head serves "
            f"all of them, got {sizes}"
        )
    if not sizes[0] or not aspect_ratios:
        name = "aspect_ratios" if sizes[0] else "anchor_sizes"
        raise ValueError(f"{name} is empty: each place needs an anchor, so write at least one")
    ratios = (tuple(aspect_ratios),) * len(sizes)
    return AnchorGenerator(tuple(tuple(of_level) for of_level in sizes), ratios)


def _check_targets(targets: list[Target], num_classes: int) -> None:
    labels = torch.cat([target["labels"] for target in targets])
    boxes = torch.cat([target["boxes"] for target in targets])
    strange = (labels < 1) | (labels >= num_classes)
    flat = (boxes[:, 2:] <= boxes[:, :2]).any(dim=1)
    if not (strange | flat).any():  # waits for the device once for the whole batch
        return
    owner = [target["source"] for target in targets for _ in target["labels"]]
    bad = int(torch.nonzero(strange | flat)[0])
    if strange[bad]:
        raise ValueError(
            f"{owner[bad]}: labels are 1 to {num_classes - 1} for a model of {num_classes} classes "
            f"with the background, got {int(labels[bad])}"
        )
    raise ValueError(
        f"{owner[bad]}: the box {boxes[bad].tolist()} (xyxy) has no area; end the dataset's "
        "`transforms` with ClampBoundingBoxes and SanitizeBoundingBoxes"
    )
