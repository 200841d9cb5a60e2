"""What the processes of a distributed run share."""

import torch
from torch import nn

from digitdet.processes import share_batch_statistics
from digitdet.registry import MODELS


def test_a_model_without_batch_norm_is_left_alone() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
    before = list(model.modules())
    share_batch_statistics(model)
    assert list(model.modules()) == before


def test_a_layer_in_two_places_stays_one() -> None:
    norm = nn.BatchNorm2d(2)
    model = nn.ModuleDict({"first": norm, "again": nn.Sequential(norm)})
    share_batch_statistics(model)
    assert isinstance(model["first"], nn.SyncBatchNorm)
    assert model["again"][0] is model["first"]  # type: ignore[index]


def test_trained_layers_use_all_batches_and_frozen_ones_stay_frozen() -> None:
    model = MODELS.build(
        {
            "type": "FasterRCNN",
            "backbone": {"type": "ResNetFPN", "depth": 18, "out_channels": 16},
            "trainable_backbone_stages": 3,
            "rpn_conv_depth": 1,
            "head_conv_channels": [16],
            "head_fc_channels": [16],
        }
    )
    state = {name: value.clone() for name, value in model.state_dict().items()}
    parameters = dict(model.named_parameters())
    share_batch_statistics(model)
    assert {n: id(p) for n, p in model.named_parameters()} == {
        n: id(p) for n, p in parameters.items()
    }
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())

    kinds = nn.BatchNorm2d | nn.SyncBatchNorm
    norms = {name: part for name, part in model.named_modules() if isinstance(part, kinds)}
    frozen = {name for name in norms if name == "backbone.body.bn1" or "layer1" in name}
    assert len(frozen) == 5
    assert {n for n, m in norms.items() if isinstance(m, nn.BatchNorm2d)} == frozen
    for _ in range(2):
        model.eval().train()
        assert {name for name, module in norms.items() if not module.training} == frozen
