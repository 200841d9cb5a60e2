"""Pooling of regions by gathered rows, against torchvision's kernel."""

import pytest
import torch
from torch import Tensor
from torchvision.ops import roi_align

from digitdet.models import FasterRCNN
from digitdet.models.roi_align import gathered_roi_align

SCALE = 1 / 8
SMALL = {
    "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
    "anchor_sizes": [[12], [24]],
    "head_conv_channels": [],
    "head_fc_channels": [8],
    "min_size": 64,
    "max_size": 128,
}


def _regions(count: int, reach: float = 1.0) -> tuple[Tensor, Tensor]:
    """Regions of two pictures of 96 x 160 pixels; with a larger reach some lie outside."""
    draws = torch.Generator().manual_seed(count)
    corners = torch.rand(count, 2, generator=draws) * torch.tensor([160.0, 96.0]) * reach
    sizes = torch.rand(count, 2, generator=draws) * 90
    return torch.cat([corners, corners + sizes], dim=1), torch.arange(count) % 2


def _by_torchvision(features: Tensor, regions: Tensor, owners: Tensor, ratio: int) -> Tensor:
    rois = torch.cat([owners[:, None].to(regions.dtype), regions], dim=1)
    return roi_align(features, rois, 7, SCALE, ratio)


@pytest.mark.parametrize("ratio", [1, 2, 3])
@pytest.mark.parametrize(("count", "reach"), [(0, 1.0), (40, 1.0), (40, 1.8)])
def test_values_and_gradients_are_torchvisions(count: int, reach: float, ratio: int) -> None:
    regions, owners = _regions(count, reach)
    features = torch.randn(2, 5, 12, 20, generator=torch.Generator().manual_seed(1))
    features.requires_grad_()
    pooled = gathered_roi_align(features, regions * SCALE, owners, 7, ratio).permute(0, 3, 1, 2)
    expected = _by_torchvision(features, regions, owners, ratio)
    torch.testing.assert_close(pooled, expected, rtol=1e-4, atol=1e-5)
    weights = torch.randn(expected.shape, generator=torch.Generator().manual_seed(2))
    (found,) = torch.autograd.grad(pooled, features, weights)
    (wanted,) = torch.autograd.grad(expected, features, weights)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_a_half_type_is_pooled_in_float32() -> None:
    regions, owners = _regions(6)
    features = torch.randn(2, 3, 12, 20).bfloat16()
    pooled = gathered_roi_align(features, regions * SCALE, owners, 7, 1).permute(0, 3, 1, 2)
    assert pooled.dtype == torch.float32
    torch.testing.assert_close(pooled, _by_torchvision(features.float(), regions, owners, 1))


def _model(method: str) -> FasterRCNN:
    torch.manual_seed(0)
    return FasterRCNN(**SMALL, roi_align=method)


def test_a_model_predicts_and_learns_the_same_by_both_methods() -> None:
    images = [torch.rand(3, 60, 90), torch.rand(3, 50, 120)]
    box = torch.tensor([[20.0, 10, 45, 50]])
    targets = [
        {"boxes": box, "labels": torch.tensor([n]), "iscrowd": torch.zeros(1, dtype=torch.bool)}
        | {"image_id": n, "source": str(n)}
        for n in (1, 2)
    ]
    found, gradients = [], []
    for method in ("torchvision", "gather"):
        model = _model(method)
        with torch.no_grad():
            found.append(model.eval()(images))
        torch.manual_seed(1)
        sum(model.train()(images, targets, mode="loss").values()).backward()
        gradients.append([p.grad for p in model.parameters() if p.grad is not None])
    for one, other in zip(*found, strict=True):
        assert len(one["boxes"])
        torch.testing.assert_close(one["boxes"], other["boxes"], rtol=1e-4, atol=1e-3)
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_a_model_without_proposals_predicts_nothing() -> None:
    model = FasterRCNN(**SMALL, roi_align="gather", pre_nms_proposals_test=0).eval()
    with torch.no_grad():
        assert len(model([torch.rand(3, 60, 90)])[0]["boxes"]) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"roi_align": "fast"}, r"roi_align is one of \('torchvision', 'gather'\), got 'fast'"),
        ({"roi_sampling_ratio": 0}, "roi_sampling_ratio has to be at least 1, got 0"),
    ],
)
def test_what_cannot_be_pooled_by_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FasterRCNN(**SMALL, **changes)
