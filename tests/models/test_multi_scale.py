"""A detector at several input sizes."""

import math
from typing import Any

import pytest
import torch
from mmengine.config import Config
from torch import Tensor, nn

from digitdet.ensembling.fusion import Fusion
from digitdet.models import FasterRCNN, MultiScale
from digitdet.models.multi_scale import augment
from digitdet.models.weights import check_state_dict
from digitdet.structures import Prediction

SLIM: dict[str, Any] = {
    "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
    "anchor_sizes": [[12], [24]],
    "head_conv_channels": [],
    "head_fc_channels": [16],
    "proposals_test": 30,
    "score_threshold": 0.05,
}


def slim(min_size: int = 64, max_size: int = 120) -> FasterRCNN:
    torch.manual_seed(0)
    return FasterRCNN(**SLIM, min_size=min_size, max_size=max_size).eval()


@pytest.fixture(scope="module")
def images() -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    sizes = ((60, 120), (50, 90))
    return [
        torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=generator) for size in sizes
    ]


def detect(model: nn.Module, images: list[Tensor]) -> list[Prediction]:
    with torch.inference_mode():
        found: list[Prediction] = model(images)
    assert all(len(prediction["scores"]) for prediction in found)
    return found


def assert_equal(one: list[Prediction], other: list[Prediction]) -> None:
    for first, second in zip(one, other, strict=True):
        assert all(torch.equal(first[key], second[key]) for key in ("boxes", "labels", "scores"))


def test_no_picture_has_no_prediction() -> None:
    class NoPictures(nn.Module):
        """As a detector answers an empty batch."""

        transform = slim().transform

        def forward(self, images: list[Tensor], mode: str) -> list[Prediction]:
            assert mode == "predict"
            return [] if not images else [{}]

    assert MultiScale(NoPictures(), scales=[1, 2], method="nms")([]) == []


def test_at_the_single_scale_1_it_is_the_detector(images: list[Tensor]) -> None:
    detector = slim()
    assert_equal(detect(MultiScale(detector, scales=[1]), images), detect(detector, images))


@pytest.mark.parametrize("method", ["nms", "wbf"])
def test_it_fuses_what_detectors_of_the_scaled_sizes_find(
    method: str, images: list[Tensor]
) -> None:
    found = detect(MultiScale(slim(), scales=[0.75, 1, 1.5], method=method), images)
    of_sizes = [detect(slim(*sizes), images) for sizes in ((48, 90), (64, 120), (96, 180))]
    fused = [Fusion(method)(predictions) for predictions in zip(*of_sizes, strict=True)]
    assert_equal(found, fused)


def test_no_scale_sees_a_picture_flipped_or_keeps_its_size(images: list[Tensor]) -> None:
    seen: list[list[Tensor]] = []
    detector = slim()
    detector.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    detect(MultiScale(detector, scales=[0.5, 1, 2], method="nms"), images)
    assert len(seen) == 3
    assert all(given is image for batch in seen for given, image in zip(batch, images, strict=True))


def test_the_detectors_own_sizes_are_back_afterwards_even_after_an_error(
    images: list[Tensor],
) -> None:
    detector = slim()
    model = MultiScale(detector, scales=[2], method="nms")
    detect(model, images)
    with pytest.raises(ValueError, match=r"model\.eval"):
        model.train()(images)
    assert (detector.transform.min_size, detector.transform.max_size) == ((64,), 120)


def test_checkpoints_of_the_detector_load_as_they_are(images: list[Tensor]) -> None:
    torch.manual_seed(9)
    trained = FasterRCNN(**SLIM, min_size=64, max_size=120).eval()
    model = MultiScale({"type": "FasterRCNN", **SLIM, "min_size": 64, "max_size": 120}, [1]).eval()
    check_state_dict(model, trained.state_dict(), "a.pth")
    model.load_state_dict(trained.state_dict())
    assert_equal(detect(model, images), detect(trained, images))
    assert model.score_threshold == 0.05


def test_it_cant_be_trained(images: list[Tensor]) -> None:
    with pytest.raises(ValueError, match="can only predict, got mode 'loss'"):
        MultiScale(slim(), [1])(images, mode="loss")


@pytest.mark.parametrize("transform", [None, nn.Identity()])
def test_a_model_that_does_not_say_its_input_size_is_refused(transform: nn.Module | None) -> None:
    model = nn.Linear(1, 1)
    model.transform = transform
    with pytest.raises(TypeError, match=r"`min_size`.*`max_size`.*; Linear has none"):
        MultiScale(model)


@pytest.mark.parametrize("scales", [[], [0], [-1, 1], [1, 1.0], [math.nan], [0.05], [11], ["1"]])
def test_scales_that_make_no_sense_are_refused(scales: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"are 0\.1 to 10, each once"):
        MultiScale(slim(), scales=scales)


def test_a_config_is_left_alone_without_scales_and_wrapped_with_them() -> None:
    config = Config({"model": {"type": "FasterRCNN", **SLIM}})
    augment(config, None)
    assert config.model.type == "FasterRCNN"
    augment(config, [], None)
    assert config.model.type == "MultiScale"
    assert config.model.detector.type == "FasterRCNN"
    assert MultiScale(slim()).scales == tuple(config.model.scales)
    with pytest.raises(ValueError, match="--tta-method nms needs --tta"):
        augment(config, None, "nms")
