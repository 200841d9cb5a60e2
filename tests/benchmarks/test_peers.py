"""torchvision's models beside ours: at equal settings they are the same."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torchvision.models.detection import fasterrcnn_resnet50_fpn_v2

from digitdet.benchmarks.peers import equal_peer, peer_inputs, stock_peer
from digitdet.benchmarks.repeated_pictures import RepeatedPictures
from digitdet.benchmarks.training_loops import plain_optimizer
from digitdet.datasets.collate import collate
from digitdet.models import FasterRCNN

SLIM: dict[str, Any] = dict(
    type="FasterRCNN",
    backbone=dict(type="SlimResNetFPN", widths=[8, 16, 16], out_channels=16),
    trainable_backbone_stages=1,
    min_size=32,
    max_size=64,
    anchor_sizes=[[8], [16]],
    aspect_ratios=[1.0, 2.0],
    rpn_conv_depth=1,
    proposals_train=40,
    proposals_test=20,
    rois_per_image=16,
    head_conv_channels=[],
    head_fc_channels=[16],
    score_threshold=0.02,
    mean=[0.5, 0.5, 0.5],
    std=[0.25, 0.25, 0.25],
)
BATCH = collate(RepeatedPictures(2, 2, size=[20, 40]).samples)


def _build(**changes: Any) -> tuple[FasterRCNN, dict[str, Any]]:
    torch.manual_seed(0)
    config = {**SLIM, **changes}
    return FasterRCNN(**{key: value for key, value in config.items() if key != "type"}), config


def test_at_equal_settings_losses_gradients_and_predictions_are_the_same() -> None:
    ours, config = _build()
    peer = equal_peer(ours.train(), config)
    images, targets = peer_inputs(BATCH)
    found = []
    for run in (lambda: ours(**BATCH, mode="loss"), lambda: peer(images, targets)):
        torch.manual_seed(1)
        ours.zero_grad()
        losses = run()
        sum(losses.values()).backward()
        gradients = [p.grad.clone() for p in ours.parameters() if p.grad is not None]
        found.append((losses, gradients))
    assert found[0][0].keys() == found[1][0].keys()
    for name, value in found[0][0].items():
        assert torch.equal(value, found[1][0][name])
    assert len(found[0][1]) == sum(p.requires_grad for p in ours.parameters()) > 0
    assert all(torch.equal(one, other) for one, other in zip(*[f[1] for f in found], strict=True))
    predictions = ours.eval()(**BATCH, mode="predict")
    for one, other in zip(predictions, equal_peer(ours, config)(images), strict=True):
        assert len(one["boxes"]) > 0
        assert all(torch.equal(one[key], other[key]) for key in ("boxes", "labels", "scores"))


def test_norms_that_keep_their_statistics_do_so_in_the_peer() -> None:
    ours, config = _build()
    peer = equal_peer(ours.train(), config)
    modes = {module.training for module in peer.modules() if isinstance(module, _BatchNorm)}
    assert peer.training
    assert modes == {False, True}


def test_the_equal_of_the_stock_settings_is_torchvisions_own_v2() -> None:
    torch.manual_seed(0)
    config = dict(type="FasterRCNN", score_threshold=0.05, min_size=32, max_size=64)
    ours = FasterRCNN(score_threshold=0.05, min_size=32, max_size=64).eval()
    stock = fasterrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None, num_classes=11, min_size=32, max_size=64
    ).eval()
    stock.load_state_dict(ours.state_dict())
    images, _ = peer_inputs(BATCH)
    with torch.no_grad():
        expected, found = stock(images[:1])[0], equal_peer(ours, config)(images[:1])[0]
    assert len(expected["boxes"]) > 0
    assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_the_stock_peer_trains_three_stages_as_with_pretrained_weights() -> None:
    with torch.device("meta"):
        peer = stock_peer(11)
    trained = {name for name, p in peer.backbone.named_parameters() if p.requires_grad}
    assert {name.split(".")[1] for name in trained if name.startswith("body")} == {
        "layer2",
        "layer3",
        "layer4",
    }
    assert peer.roi_heads.box_predictor.cls_score.out_features == 11


def test_a_model_of_another_kind_has_no_equal() -> None:
    with pytest.raises(ValueError, match=r"model\.type has to be 'FasterRCNN'"):
        equal_peer(nn.Linear(1, 1), {"type": "Linear"})


def test_the_plain_optimizer_takes_what_is_trained() -> None:
    ours, _ = _build()
    given = {"type": "SGD", "lr": 0.5, "momentum": 0.9, "weight_decay": 1e-4}
    group = plain_optimizer(ours, given).param_groups[0]
    assert (group["momentum"], group["weight_decay"]) == (0.9, 1e-4)
    assert group["lr"] < 1e-4  # all steps shall be alike
    assert len(group["params"]) == sum(p.requires_grad for p in ours.parameters())
