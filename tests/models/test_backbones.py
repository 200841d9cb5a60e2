from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import get_model
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone

from digitdet.models import FasterRCNN, MobileNetV3FPN, ResNetFPN, SlimResNetFPN
from digitdet.registry import BACKBONES

SMALL = {
    "head_conv_channels": [],
    "head_fc_channels": [8],
    "proposals_train": 20,
    "min_size": 64,
    "max_size": 128,
}
RESNET18 = {"type": "ResNetFPN", "depth": 18, "out_channels": 16}
SLIM = {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16}


def slim(**changes: Any) -> FasterRCNN:
    return FasterRCNN(**{**SMALL, "backbone": SLIM, "anchor_sizes": [[12], [24]], **changes})


class OneMap(nn.Module):
    """A backbone of a user's: one feature map, no ``stages``."""

    out_channels = 4

    def __init__(self, stride: int = 8) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, stride, stride)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        return {"0": self.conv(images)}


@pytest.fixture
def _registered() -> Iterator[None]:
    BACKBONES.register_module(module=OneMap)
    yield
    BACKBONES.module_dict.pop("OneMap")


@pytest.mark.usefixtures("_registered")
def test_a_users_backbone_is_found_by_its_name() -> None:
    model = FasterRCNN(
        **{**SMALL, "backbone": {"type": "OneMap", "stride": 16}, "anchor_sizes": [[16]]}
    )
    assert isinstance(model.backbone, OneMap)
    with torch.no_grad():
        assert len(model.eval()([torch.rand(3, 40, 60)])) == 1


def test_a_backbone_without_stages_cannot_be_frozen() -> None:
    with pytest.raises(ValueError, match=r"OneMap has no `stages`"):
        slim(backbone=OneMap(), anchor_sizes=[[16]], trainable_backbone_stages=1)


@pytest.mark.parametrize("trainable", [0, 1, 2, 3, 4, 5])
def test_the_trained_stages_are_torchvisions_also_without_weights(trainable: int) -> None:
    expected = resnet_fpn_backbone(
        backbone_name="resnet18",
        weights=None,
        trainable_layers=trainable,
        norm_layer=nn.BatchNorm2d,
    )
    model = FasterRCNN(**SMALL, backbone=RESNET18, trainable_backbone_stages=trainable)
    wanted = {
        name: value.requires_grad
        for name, value in expected.named_parameters()
        if name.startswith("body.")
    }
    actual = {
        name: value.requires_grad
        for name, value in model.backbone.named_parameters()
        if name.startswith("body.")
    }
    assert wanted
    assert actual == wanted
    others = [*model.backbone.fpn.parameters(), *model.rpn.parameters()]
    assert all(value.requires_grad for value in others)


@pytest.mark.parametrize(("trainable", "most"), [(-1, 5), (6, 5)])
def test_stages_out_of_range_are_refused_for_resnet(trainable: int, most: int) -> None:
    with pytest.raises(ValueError, match=f"0 to {most} for ResNetFPN, got {trainable}"):
        FasterRCNN(**SMALL, backbone=RESNET18, trainable_backbone_stages=trainable)


def test_the_slim_backbone_has_a_stage_for_each_width() -> None:
    assert len(SlimResNetFPN(widths=[4, 8, 8, 8]).stages) == 4
    with pytest.raises(ValueError, match="0 to 3 for SlimResNetFPN, got 4"):
        slim(trainable_backbone_stages=4)


def statistics(module: nn.Module) -> dict[str, Tensor]:
    return {
        name: value.clone()
        for name, value in module.named_buffers()
        if name.endswith(("running_mean", "running_var", "num_batches_tracked"))
    }


@pytest.mark.parametrize("norm_eval", [True, False])
def test_statistics_of_frozen_stages_move_only_without_norm_eval(norm_eval: bool) -> None:
    model = slim(trainable_backbone_stages=1, norm_eval=norm_eval).train()
    before = statistics(model.backbone)
    target = {
        "boxes": torch.tensor([[5.0, 5, 30, 40]]),
        "labels": torch.tensor([3]),
        "source": "1.png",
    }
    model([torch.rand(3, 60, 90)], [target], mode="loss")
    after = statistics(model.backbone)
    still = {name for name in before if torch.equal(before[name], after[name])}
    frozen = {name for name in before if name.startswith(("stem.", "layers.0."))}
    assert len(frozen) > 4
    assert still == (frozen if norm_eval else set())


def test_norm_eval_holds_after_evaluation_between_epochs() -> None:
    model = slim(trainable_backbone_stages=2)
    model.train().eval()
    model.train()
    modes = {m.training for m in model.backbone.stem.modules() if isinstance(m, nn.BatchNorm2d)}
    assert modes == {False}
    assert model.backbone.layers[0].bn1.training


@pytest.mark.parametrize("depth", [0, 20, "50"])
def test_a_depth_that_resnet_does_not_have_is_refused(depth: Any) -> None:
    with pytest.raises(ValueError, match=f"got {depth!r}"):
        ResNetFPN(depth=depth)


@pytest.mark.parametrize("depth", [18, 34])
def test_the_maps_of_resnet_have_strides_4_to_64(depth: int) -> None:
    backbone = ResNetFPN(depth=depth, out_channels=16).eval()
    with torch.no_grad():
        maps = backbone(torch.rand(1, 3, 64, 128))
    assert [tuple(m.shape) for m in maps.values()] == [
        (1, 16, 16, 32),
        (1, 16, 8, 16),
        (1, 16, 4, 8),
        (1, 16, 2, 4),
        (1, 16, 1, 2),
    ]


def test_the_maps_of_the_slim_network_start_at_stride_8() -> None:
    backbone = SlimResNetFPN(widths=[8, 16, 24], out_channels=12).eval()
    with torch.no_grad():
        maps = backbone(torch.rand(2, 3, 64, 128))
    assert [tuple(m.shape) for m in maps.values()] == [(2, 12, 8, 16), (2, 12, 4, 8)]


@pytest.mark.parametrize("size", ["", "medium", 3])
def test_a_size_that_mobilenet_does_not_have_is_refused(size: Any) -> None:
    with pytest.raises(ValueError, match=f"small and large, got {size!r}"):
        MobileNetV3FPN(size=size)


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_maps_of_mobilenet_have_strides_8_to_32(size: Any) -> None:
    backbone = MobileNetV3FPN(size=size, out_channels=12).eval()
    with torch.no_grad():
        maps = backbone(torch.rand(2, 3, 64, 128))
    shapes = [tuple(value.shape) for value in maps.values()]
    assert shapes == [(2, 12, 8, 16), (2, 12, 4, 8), (2, 12, 2, 4)]


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_blocks_of_mobilenet_are_torchvisions(size: Any) -> None:
    torch.manual_seed(0)
    whole = get_model(f"mobilenet_v3_{size}", weights=None).features
    backbone = MobileNetV3FPN(size=size)
    names = backbone.features.state_dict().keys()
    assert backbone.features.load_state_dict({k: whole.state_dict()[k] for k in names})
    for norm in whole.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.eps = 1e-5  # torch's own, as in the backbone; MobileNet's is .001
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        expected = whole.eval()[: len(backbone.features)](images)
        assert torch.equal(backbone.eval().features(images), expected)


def test_mobilenet_is_frozen_from_the_input_up_and_trains_what_is_left() -> None:
    model = slim(
        backbone={"type": "MobileNetV3FPN", "out_channels": 16},
        anchor_sizes=[[12], [24], [40]],
        trainable_backbone_stages=1,
    ).train()
    frozen = {name.split(".")[2] for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen == {str(block) for block in range(9)}
    assert not model.backbone.features[0][1].training
    target = {
        "boxes": torch.tensor([[5.0, 5, 30, 40]]),
        "labels": torch.tensor([3]),
        "source": "1.png",
    }
    losses = model([torch.rand(3, 60, 90), torch.rand(3, 64, 64)], [target, target], mode="loss")
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("widths", [[], [32]])
def test_too_few_widths_are_refused(widths: list[int]) -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        SlimResNetFPN(widths=widths)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"head_fc_channels": []}, "head_fc_channels needs at least one"),
        ({"score_threshold": -0.1}, "score_threshold .* got -0.1"),
        ({"score_threshold": 1.0}, "score_threshold .* got 1.0"),
        ({"anchor_sizes": []}, "0 feature maps, but SlimResNetFPN makes 2"),
        ({"anchor_sizes": [[12], [24], [48]]}, "3 feature maps, but SlimResNetFPN makes 2"),
        ({"anchor_sizes": [[12], [24, 30]]}, "as many sizes for each feature map"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        slim(**changes)


def test_a_module_serves_as_backbone() -> None:
    backbone = SlimResNetFPN(widths=[8, 16, 16], out_channels=16)
    model = slim(backbone=backbone)
    assert model.backbone is backbone
    with torch.no_grad():
        assert len(model.eval()([torch.rand(3, 40, 60)])) == 1


def test_deeper_stages_keep_their_strides_and_the_names_of_single_blocks() -> None:
    single, deep = (SlimResNetFPN([8, 16, 16], 16, depths) for depths in (None, [1, 3]))
    images = torch.rand(1, 3, 64, 96)
    with torch.no_grad():
        shapes = [[m.shape for m in net.eval()(images).values()] for net in (single, deep)]
    assert shapes[0] == shapes[1] == [(1, 16, 8, 12), (1, 16, 4, 6)]
    shared = {name for name in single.state_dict() if name.startswith("layers.0")}
    assert shared <= set(deep.state_dict())
    assert "layers.1.2.conv1.weight" in deep.state_dict()


@pytest.mark.parametrize("depths", [[2], [2, 0], [1, 1, 1]])
def test_depths_that_do_not_fit_the_stages_are_refused(depths: list[int]) -> None:
    with pytest.raises(ValueError, match=r"depths needs a number .* for each of 2 stages"):
        SlimResNetFPN([8, 16, 16], 16, depths)
