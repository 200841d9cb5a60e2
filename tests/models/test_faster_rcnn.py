import gc
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN as TorchvisionFasterRCNN
from torchvision.models.detection import fasterrcnn_resnet50_fpn_v2

from digitdet.models import FasterRCNN

SIZES = {"min_size": 64, "max_size": 128}
FEW = {"proposals_test": 100, "rois_per_image": 64, **SIZES}
SLIM = {
    "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
    "anchor_sizes": [[12], [24]],
    "head_conv_channels": [],
    "head_fc_channels": [16],
    "proposals_train": 50,
    "proposals_test": 50,
    **SIZES,
}


def slim(**changes: Any) -> FasterRCNN:
    torch.manual_seed(0)
    return FasterRCNN(**{**SLIM, **changes})


def target(boxes: list[list[float]], labels: list[int], source: str = "7.png") -> dict[str, Any]:
    return {
        "image_id": 7,
        "boxes": torch.tensor(boxes).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
        "iscrowd": torch.zeros(len(labels), dtype=torch.bool),
        "source": source,
    }


@pytest.fixture(scope="module")
def images() -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    sizes = ((60, 120), (50, 90))
    return [
        torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=generator) for size in sizes
    ]


@pytest.fixture
def targets() -> list[dict[str, Any]]:
    """The second picture holds no digit."""
    return [target([[10, 10, 30, 40], [35, 10, 60, 40]], [1, 5]), target([], [])]


@pytest.fixture(scope="module")
def plain() -> Iterator[nn.Module]:
    torch.manual_seed(0)
    yield fasterrcnn_resnet50_fpn_v2(
        weights=None,
        weights_backbone=None,
        num_classes=11,
        box_score_thresh=0.01,
        rpn_post_nms_top_n_test=100,
        box_batch_size_per_image=64,
        **SIZES,
    )
    gc.collect()


@pytest.fixture(scope="module")
def original_state(plain: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in plain.state_dict().items()}


def for_torchvision(
    images: list[Tensor], targets: list[dict[str, Any]]
) -> tuple[list[Tensor], list[dict[str, Tensor]]]:
    kept = [{key: t[key] for key in ("boxes", "labels")} for t in targets]
    return [image / 255 for image in images], kept


@pytest.fixture(scope="module")
def whole() -> FasterRCNN:
    return FasterRCNN(**FEW)


def test_predictions_are_torchvisions_bit_for_bit(
    plain: nn.Module,
    whole: FasterRCNN,
    original_state: dict[str, Tensor],
    images: list[Tensor],
) -> None:
    plain.load_state_dict(original_state)
    whole.load_state_dict(original_state)
    plain.eval()
    whole.eval()
    with torch.no_grad():
        expected, actual = plain([image / 255 for image in images]), whole(images)
    assert all(len(prediction["boxes"]) for prediction in expected)
    for wanted, prediction in zip(expected, actual, strict=True):
        assert prediction.keys() == wanted.keys()
        assert all(torch.equal(prediction[key], wanted[key]) for key in wanted)


def test_losses_are_torchvisions_bit_for_bit_with_all_stages_trained(
    plain: nn.Module,
    whole: FasterRCNN,
    original_state: dict[str, Tensor],
    images: list[Tensor],
    targets: list[dict[str, Any]],
) -> None:
    plain.load_state_dict(original_state)
    whole.load_state_dict(original_state)
    with torch.no_grad():
        torch.manual_seed(3)
        expected = plain.train()(*for_torchvision(images, targets))
        torch.manual_seed(3)
        actual = whole.train()(images, targets, mode="loss")
    assert len(expected) == 4
    assert actual.keys() == expected.keys()
    assert all(torch.equal(actual[name], expected[name]) for name in expected)


def test_losses_and_gradients_are_torchvisions_with_the_same_stages_frozen(
    plain: nn.Module,
    original_state: dict[str, Tensor],
    images: list[Tensor],
    targets: list[dict[str, Any]],
) -> None:
    frozen = ("conv1", "bn1", "layer1")
    plain.load_state_dict(original_state)
    for name, parameter in plain.named_parameters():
        parameter.requires_grad_(not name.startswith(tuple(f"backbone.body.{f}." for f in frozen)))
    model = FasterRCNN(trainable_backbone_stages=3, norm_eval=False, **FEW)
    model.load_state_dict(original_state)
    torch.manual_seed(4)
    expected = plain.train()(*for_torchvision(images, targets))
    sum(expected.values()).backward()
    torch.manual_seed(4)
    actual = model.train()(images, targets, mode="loss")
    sum(actual.values()).backward()
    assert all(torch.equal(actual[name], expected[name]) for name in expected)

    wanted = dict(plain.named_parameters())
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad == wanted[name].requires_grad, name
    for name in (
        "backbone.body.conv1.weight",
        "backbone.body.layer1.2.bn3.weight",
        "backbone.body.layer2.0.conv1.weight",
        "backbone.fpn.inner_blocks.0.0.weight",
        "rpn.head.cls_logits.weight",
        "roi_heads.box_predictor.bbox_pred.weight",
    ):
        gradient = model.get_parameter(name).grad
        if name.startswith(("backbone.body.conv1", "backbone.body.layer1")):
            assert gradient is None
            assert wanted[name].grad is None
        else:
            torch.testing.assert_close(gradient, wanted[name].grad)
    plain.zero_grad(set_to_none=True)
    plain.requires_grad_(True)


@pytest.mark.parametrize(
    ("own", "torchvisions"),
    [
        ("min_size", "min_size"),
        ("max_size", "max_size"),
        ("pre_nms_proposals_train", "rpn_pre_nms_top_n_train"),
        ("pre_nms_proposals_test", "rpn_pre_nms_top_n_test"),
        ("proposals_train", "rpn_post_nms_top_n_train"),
        ("proposals_test", "rpn_post_nms_top_n_test"),
        ("rpn_nms_threshold", "rpn_nms_thresh"),
        ("anchors_per_image", "rpn_batch_size_per_image"),
        ("rois_per_image", "box_batch_size_per_image"),
        ("nms_threshold", "box_nms_thresh"),
        ("detections_per_image", "box_detections_per_img"),
    ],
)
def test_defaults_are_torchvisions(own: str, torchvisions: str) -> None:
    theirs = inspect.signature(TorchvisionFasterRCNN.__init__).parameters
    assert inspect.signature(FasterRCNN).parameters[own].default == theirs[torchvisions].default


def test_uint8_input_equals_float_input_divided_by_255(images: list[Tensor]) -> None:
    model = slim().eval()
    with torch.no_grad():
        for one, other in zip(model(images), model([i / 255 for i in images]), strict=True):
            assert len(one["boxes"])
            assert all(torch.equal(one[key], other[key]) for key in one)


def test_a_batch_without_any_box_trains_on_background_alone(images: list[Tensor]) -> None:
    model = slim().train()
    losses = model(images, [target([], []), target([], [])], mode="loss")
    assert losses["loss_box_reg"] == 0
    assert losses["loss_rpn_box_reg"] == 0
    assert losses["loss_classifier"] > 0
    sum(losses.values()).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert gradients
    assert all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("first", [(34, 128), (45, 128), (20, 64)])
def test_what_a_model_gives_does_not_depend_on_the_pictures_before(
    images: list[Tensor], first: tuple[int, int]
) -> None:
    model, other = (slim(score_threshold=0.0).eval() for _ in range(2))
    strip = torch.zeros(3, *first, dtype=torch.uint8)
    with torch.no_grad():
        expected = model(images)
        other([strip])
        found = other(images)
    for one, two in zip(expected, found, strict=True):
        assert len(one["boxes"])
        assert all(torch.equal(one[name], two[name]) for name in one)


def test_regions_are_pooled_at_the_scales_of_the_backbones_maps() -> None:
    assert slim().roi_heads.box_roi_pool.scales == [1 / 8, 1 / 16]
    assert FasterRCNN(weights=None).roi_heads.box_roi_pool.scales == [1 / 4, 1 / 8, 1 / 16, 1 / 32]
    with torch.device("meta"):
        assert slim().roi_heads.box_roi_pool.scales == [1 / 8, 1 / 16]


def test_a_picture_without_detections_gives_empty_tensors(images: list[Tensor]) -> None:
    with torch.no_grad():
        predictions = slim(score_threshold=0.99).eval()(images)
    for prediction in predictions:
        assert prediction["boxes"].shape == (0, 4)
        assert prediction["labels"].shape == prediction["scores"].shape == (0,)


def test_detections_fall_by_score_and_the_limits_keep_the_best(images: list[Tensor]) -> None:
    every, best = slim(score_threshold=0, detections_per_image=1000), slim(detections_per_image=5)
    best.load_state_dict(every.state_dict())
    with torch.no_grad():
        for many, few in zip(every.eval()(images), best.eval()(images), strict=True):
            assert len(many["scores"]) > 5
            assert torch.equal(many["scores"], many["scores"].sort(descending=True).values)
            assert all(torch.equal(few[key], many[key][:5]) for key in many)


def test_detections_below_the_score_threshold_are_dropped(images: list[Tensor]) -> None:
    every = slim(score_threshold=0, detections_per_image=1000)
    with torch.no_grad():
        scores = every.eval()(images)[0]["scores"]
    threshold = float(scores.median())
    some = slim(score_threshold=threshold, detections_per_image=1000)
    some.load_state_dict(every.state_dict())
    with torch.no_grad():
        kept = some.eval()(images)[0]["scores"]
    assert 0 < len(kept) < len(scores)
    assert kept.min() >= threshold


def test_boxes_lie_in_pixels_of_the_original_picture() -> None:
    model = slim(score_threshold=0).eval()
    with torch.no_grad():
        boxes = model([torch.rand(3, 20, 30)])[0]["boxes"]
    assert boxes.dtype == torch.float32
    assert boxes.min() >= 0
    assert boxes[:, 0::2].max() <= 30
    assert boxes[:, 1::2].max() <= 20
    assert boxes[:, 2].max() > 15


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ([5.0, 5.0, 5.0, 9.0], r"\[5.0, 5.0, 5.0, 9.0\]"),
        ([5.0, 9.0, 8.0, 9.0], r"\[5.0, 9.0, 8.0, 9.0\]"),
        ([8.0, 5.0, 5.0, 9.0], r"\[8.0, 5.0, 5.0, 9.0\]"),
    ],
)
def test_a_box_without_area_is_refused_with_its_source(
    box: list[float], said: str, images: list[Tensor]
) -> None:
    good = target([[1, 1, 9, 9]], [1], source="good.png")
    bad = target([[1, 1, 9, 9], box], [1, 2], source="bad.png")
    with pytest.raises(ValueError, match=f"^bad.png: the box {said}"):
        slim().train()(images, [good, bad], mode="loss")


@pytest.mark.parametrize("label", [0, 11])
def test_a_label_that_the_model_has_no_class_for_is_refused_with_its_source(
    label: int, images: list[Tensor]
) -> None:
    good = target([[1, 1, 9, 9]], [3])
    bad = target([[1, 1, 9, 9], [2, 2, 8, 8]], [1, label], source="bad.png")
    with pytest.raises(ValueError, match=rf"^bad\.png: labels are 1 to 10 .* got {label}$"):
        slim().train()(images, [good, bad], mode="loss")


@pytest.mark.parametrize(
    ("training", "mode", "said"),
    [
        (True, "predict", r"mode 'predict' needs `model.eval\(\)`"),
        (False, "loss", r"mode 'loss' needs `model.train\(\)`"),
        (True, "", "got ''"),
        (False, "losses", "got 'losses'"),
    ],
)
def test_a_mode_that_is_unknown_or_does_not_fit_is_refused(
    training: bool, mode: str, said: str, images: list[Tensor], targets: list[dict[str, Any]]
) -> None:
    with pytest.raises(ValueError, match=said):
        slim().train(training)(images, targets, mode=mode)


def test_losses_without_targets_are_refused(images: list[Tensor]) -> None:
    with pytest.raises(ValueError, match="needs targets"):
        slim().train()(images, mode="loss")


def test_a_mistyped_argument_is_an_error() -> None:
    with pytest.raises(TypeError, match="num_clases"):
        slim(num_clases=3)
