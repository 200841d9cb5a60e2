from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from digitdet.models import FasterRCNN
from digitdet.models.flops import count_flops, num_parameters


def small(**changes: Any) -> FasterRCNN:
    torch.manual_seed(0)
    arguments: dict[str, Any] = {
        "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
        "anchor_sizes": [[12], [24]],
        "head_conv_channels": [12],
        "head_fc_channels": [16],
        "proposals_test": 7,
        "rois_per_image": 9,
        "min_size": 64,
        "max_size": 128,
    }
    return FasterRCNN(**{**arguments, **changes})


def regions_that_are_read(model: FasterRCNN) -> list[int]:
    counts: list[int] = []
    model.roi_heads.box_head.register_forward_hook(lambda *seen: counts.append(len(seen[1][0])))
    return counts


@pytest.mark.parametrize("size", [(60, 120), (33, 200), (200, 31), (64, 64)])
def test_flops_are_those_that_torch_counts_around_the_real_forward(size: tuple[int, int]) -> None:
    model = small().eval()
    regions = regions_that_are_read(model)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model([torch.rand(3, *size)])
    assert regions == [7]
    assert count_flops(model, *size, num_rois=7).total == counter.get_total_flops()


def freeze_stages_but_not_their_norms(model: FasterRCNN) -> None:
    for name, parameter in model.backbone.named_parameters():
        parameter.requires_grad_("bn" in name or name.startswith("fpn"))


@pytest.mark.parametrize("trainable", [None, 2, 1, 0, "norms"])
def test_flops_of_training_are_those_of_the_real_forward_and_backward(
    trainable: int | str | None,
) -> None:
    if trainable == "norms":
        model = small().train()
        freeze_stages_but_not_their_norms(model)
    else:
        model = small(trainable_backbone_stages=trainable).train()
    regions = regions_that_are_read(model)
    target = {
        "boxes": torch.tensor([[5.0, 5, 30, 40]]),
        "labels": torch.tensor([3]),
        "source": "1.png",
    }
    with FlopCounterMode(display=False) as counter:
        losses = model([torch.rand(3, 60, 90)], [target], mode="loss")
        sum(losses.values()).backward()
    assert regions == [9]
    counted = count_flops(model, 60, 90, num_rois=9, training=True)
    assert counted.total == counter.get_total_flops()


def test_a_backbone_without_anything_to_train_passes_no_gradient_on() -> None:
    model = small()
    whole = count_flops(model, 60, 90, num_rois=9, training=True)
    model.backbone.requires_grad_(False)
    frozen = count_flops(model, 60, 90, num_rois=9, training=True)
    assert frozen.backbone == count_flops(model, 60, 90, num_rois=9).backbone
    assert frozen.rpn_head < whole.rpn_head
    assert frozen.box_head < whole.box_head


def test_counting_leaves_the_model_and_the_random_numbers_as_they_are() -> None:
    model = small(trainable_backbone_stages=1).train()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    random = torch.get_rng_state()
    count_flops(model, 60, 90, num_rois=9, training=True)
    assert torch.equal(torch.get_rng_state(), random)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_parameters_are_counted_trained_or_frozen() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    assert num_parameters(nn.Sequential()) == 0
    assert num_parameters(model) == 3 * 4 + 4 + 4 + 4
    model[0].requires_grad_(False)
    assert num_parameters(model) == 3 * 4 + 4 + 4 + 4


def test_no_regions_cost_nothing() -> None:
    counted = count_flops(small(), 60, 90, num_rois=0)
    assert counted.box_head == 0
    assert counted.total == counted.backbone + counted.rpn_head > 0
