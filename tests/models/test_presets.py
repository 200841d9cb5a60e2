"""The models of configs/_base_/models."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from torch import Tensor, nn
from torchvision.ops import box_iou

from digitdet.datasets import CocoDigits
from digitdet.models import FasterRCNN
from digitdet.models.faster_rcnn import ROI_SIZE
from digitdet.models.flops import count_flops, num_parameters
from digitdet.registry import MODELS

PRESETS = Path(__file__).parents[2] / "configs" / "_base_" / "models"
STOCK = "faster_rcnn_r50_fpn_v2"
PHOTOGRAPH = (57, 128)  # height and width of a usual one of SVHN


def preset(name: str, **changes: Any) -> FasterRCNN:
    settings = Config.fromfile(PRESETS / f"{name}.py").model
    model = MODELS.build({**settings, "weights": None, **changes})
    assert isinstance(model, FasterRCNN)
    return model


def test_fast_costs_a_picture_40_gflop_and_a_training_step_120_at_most() -> None:
    fast = preset("faster_rcnn_fast")
    assert count_flops(fast, *PHOTOGRAPH, num_rois=50).total <= 40e9
    assert count_flops(fast, *PHOTOGRAPH, num_rois=64, training=True).total <= 120e9


@pytest.mark.parametrize("name", ["faster_rcnn_fast", "faster_rcnn_quality"])
def test_weights_of_the_stock_detector_fit_the_presets(name: str) -> None:
    with torch.device("meta"):
        shapes = [
            {key: value.shape for key, value in preset(of).state_dict().items()}
            for of in (name, STOCK)
        ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("name", "gflop", "million"),
    [("faster_rcnn_mobilenet_v3", 0.2, 1.5), ("faster_rcnn_r18_slim", 3, 12.5)],
)
def test_the_small_detectors_are_small(name: str, gflop: float, million: float) -> None:
    model = preset(name)
    assert count_flops(model, *PHOTOGRAPH, num_rois=50).total <= gflop * 1e9
    assert num_parameters(model) <= million * 1e6


class SavedValues:
    """Counts the bytes that autograd keeps, each storage once, on the meta device too."""

    def __init__(self, model: nn.Module) -> None:
        parameters = [parameter.untyped_storage() for parameter in model.parameters()]
        self.known = {id(storage): storage for storage in parameters}
        self.num_bytes = 0

    def __call__(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if id(storage) not in self.known:
            self.known[id(storage)] = storage
            self.num_bytes += storage.nbytes()
        return tensor


def activations_of_training(name: str) -> int:
    """Return the bytes that a preset's layers keep of a photograph for the backward pass."""
    model = preset(name).train()
    transform, num_rois = model.transform, model.roi_heads.fg_bg_sampler.batch_size_per_image
    images, _ = transform([torch.zeros(3, *PHOTOGRAPH)])
    layers = nn.ModuleList([model.backbone, model.rpn.head, model.roi_heads]).to("meta")
    saved = SavedValues(layers)
    with torch.autograd.graph.saved_tensors_hooks(saved, lambda tensor: tensor):
        maps = list(model.backbone(images.tensors.to("meta")).values())
        rois = torch.empty(num_rois, maps[0].shape[1], ROI_SIZE, ROI_SIZE, device="meta")
        kept = [model.rpn.head(maps), model.roi_heads.box_head(rois.requires_grad_())]
    assert kept
    return saved.num_bytes


def test_fast_keeps_a_tenth_of_the_stock_detectors_activations_at_most() -> None:
    fast, stock = activations_of_training("faster_rcnn_fast"), activations_of_training(STOCK)
    assert 0 < 10 * fast < stock


def reached(name: str, pictures: list[tuple[torch.Size, Tensor]], **changes: Any) -> Tensor:
    """Return of each box the IoU of its best anchor, after a preset's resizing."""
    few = {"depth": 18, "out_channels": 8}  # with maps of stride 4 on, as the presets' ResNet-50
    layers = {"head_conv_channels": [], "head_fc_channels": [8]}
    model = preset(name, backbone={"type": "ResNetFPN", **few}, **layers, **changes).eval()
    best = []
    for size, boxes in pictures:
        batch, targets = model.transform([torch.zeros(3, *size)], [{"boxes": boxes}])
        maps = [batch.tensors[:, :, ::stride, ::stride] for stride in (4, 8, 16, 32, 64)]
        anchors = model.rpn.anchor_generator(batch, maps)[0]
        best.append(box_iou(targets[0]["boxes"], anchors).amax(dim=1))
    return torch.cat(best)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["faster_rcnn_fast", "faster_rcnn_quality"])
def test_the_presets_anchors_fit_real_digits_better_than_the_stock_ones(
    name: str, real_data: Path
) -> None:
    dataset = CocoDigits("valid", "valid.json", str(real_data), test_mode=True)
    samples = [dataset[index] for index in range(len(dataset))]
    pictures = [(image.shape[-2:], torch.as_tensor(t["boxes"])) for image, t in samples]
    stock = Config.fromfile(PRESETS / f"{STOCK}.py").model
    keys = ("anchor_sizes", "aspect_ratios")
    ours, theirs = reached(name, pictures), reached(name, pictures, **{k: stock[k] for k in keys})
    assert len(ours) == 120
    assert (ours >= 0.5).float().mean() > 0.99
    assert (ours >= 0.7).sum() > 1.2 * (theirs >= 0.7).sum()
