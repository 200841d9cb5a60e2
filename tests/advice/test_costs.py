"""A detector without numbers, against the same with them."""

from typing import Any

import pytest
import torch

from digitdet.advice.costs import activation_bytes, build_shapes, find_strides, set_input
from digitdet.models import FasterRCNN
from digitdet.registry import MODELS
from digitdet.saved_memory import SavedMemory

SMALL: dict[str, Any] = {
    "type": "FasterRCNN",
    "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 24], "out_channels": 16},
    "anchor_sizes": [[12], [24]],
    "head_conv_channels": [12],
    "head_fc_channels": [16],
}


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="the model is a MultiScale"):
        build_shapes({"type": "MultiScale", "detector": SMALL})


def test_frozen_stages_and_regions_that_are_not_there_keep_nothing() -> None:
    whole = activation_bytes(build_shapes(SMALL), (64, 96), 10)
    frozen = build_shapes({**SMALL, "trainable_backbone_stages": 0})
    assert activation_bytes(frozen, (64, 96), 10) < whole
    # 10 regions: at least their 16 x 7 x 7 inputs, of 4 bytes
    fewer = whole - activation_bytes(build_shapes(SMALL), (64, 96), 0)
    assert fewer >= 10 * 16 * 7 * 7 * 4


def test_strides_are_those_of_the_backbone() -> None:
    assert find_strides(build_shapes(SMALL)) == (8, 16)
    with torch.device("meta"):
        resnet = FasterRCNN(backbone={"type": "ResNetFPN", "depth": 50})
    assert find_strides(resnet) == (4, 8, 16, 32, 64)


def test_activations_are_what_a_real_step_keeps_in_its_layers() -> None:
    counted = activation_bytes(build_shapes(SMALL), (64, 96), 10)
    model = MODELS.build(SMALL).train()
    with SavedMemory(model.parameters()) as memory:
        maps = list(model.backbone(torch.rand(1, 3, 64, 96)).values())
        model.rpn.head(maps)
        regions = torch.rand(10, 16, 7, 7, requires_grad=True)
        model.roi_heads.box_predictor(model.roi_heads.box_head(regions))
    assert counted == memory.num_bytes


def test_another_input_size_is_that_of_a_model_built_with_it() -> None:
    model = build_shapes(SMALL)
    set_input(model, (96, 192))
    built = build_shapes({**SMALL, "min_size": 96, "max_size": 192})
    assert repr(model.transform) == repr(built.transform)
