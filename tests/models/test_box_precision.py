"""Boxes under autocast, on a picture that is not resized."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from digitdet.models.box_precision import decode_in_float32
from digitdet.registry import MODELS

SIZE = (96, 320)


@pytest.fixture(scope="module")
def model() -> nn.Module:
    torch.manual_seed(0)
    built: nn.Module = MODELS.build(
        {
            "type": "FasterRCNN",
            "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
            "min_size": SIZE[0],
            "max_size": SIZE[1],
            "anchor_sizes": [[28], [52]],
            "rpn_conv_depth": 1,
            "proposals_train": 20,
            "proposals_test": 20,
            "head_conv_channels": [],
            "head_fc_channels": [16],
        }
    )
    return built


def _is_on_the_coarse_grid(boxes: Tensor) -> Tensor:
    return boxes == boxes.bfloat16().float()


@torch.autocast("cpu", dtype=torch.bfloat16)
def test_predicted_boxes_are_not_rounded_to_eight_bits(model: nn.Module) -> None:
    with torch.no_grad():
        (found,) = model.eval()([torch.rand(3, *SIZE)], mode="predict")
    assert found["boxes"].dtype == found["scores"].dtype == torch.float32
    inner = found["boxes"][(found["boxes"] > 1) & (found["boxes"] < 95)]
    assert len(inner) > 10
    assert _is_on_the_coarse_grid(inner).float().mean() < 0.1


@torch.autocast("cpu", dtype=torch.bfloat16)
def test_regions_of_a_training_step_hold_the_true_box_as_it_is(model: nn.Module) -> None:
    """torchvision adds the true boxes to the regions, and so to what is compared with them."""
    true = torch.tensor([[200.3, 10.2, 230.7, 60.1]])
    seen: list[Tensor] = []
    pool: Any = model.roi_heads.box_roi_pool  # type: ignore[union-attr]
    handle = pool.register_forward_pre_hook(lambda _, given: seen.extend(given[1]))
    target = {"boxes": true, "labels": torch.tensor([3]), "source": "a picture"}
    losses = model.train()([torch.rand(3, *SIZE)], [target], mode="loss")
    handle.remove()
    assert all(torch.isfinite(value) for value in losses.values())
    (regions,) = seen
    assert (regions == true).all(dim=1).any()


def test_without_autocast_a_head_returns_what_it_did() -> None:
    head = nn.Linear(2, 2)
    given = torch.rand(1, 2)
    before = head(given)
    decode_in_float32(head)
    assert torch.equal(head(given), before)
