"""Models prepared for inference answer as they did before."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from digitdet.datasets import ImageFolder
from digitdet.models import FasterRCNN, MultiScale
from digitdet.models.inference import bf16_problem, compute_in_bf16, prepare_for_inference
from digitdet.models.norm_folding import find_parts
from digitdet.structures import Prediction

SLIM: dict[str, Any] = {
    "backbone": {"type": "SlimResNetFPN", "widths": [8, 16, 16], "out_channels": 16},
    "anchor_sizes": [[12], [24]],
    "head_conv_channels": [16],
    "head_fc_channels": [16],
    "proposals_test": 30,
    "min_size": 64,
    "max_size": 128,
}
RESNET: dict[str, Any] = {
    "backbone": {"type": "ResNetFPN", "depth": 18, "out_channels": 32},
    "head_conv_channels": [32, 32],
    "head_fc_channels": [64],
    "proposals_test": 30,
    "min_size": 96,
    "max_size": 192,
}


def draw_statistics(model: nn.Module) -> nn.Module:
    """Give every BatchNorm statistics as a training might, in evaluation mode."""
    torch.manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d):
            module.running_mean = torch.randn(module.num_features) * 0.3
            module.running_var = torch.rand(module.num_features) + 0.5
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
    return model.eval()


def detector(arguments: dict[str, Any]) -> FasterRCNN:
    torch.manual_seed(0)
    model = FasterRCNN(**arguments)
    nn.init.normal_(model.roi_heads.box_predictor.cls_score.weight, std=0.5)
    draw_statistics(model)
    return model


def count_norms(model: nn.Module) -> int:
    return sum(isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d) for m in model.modules())


def detect(model: nn.Module) -> list[Prediction]:
    generator = torch.Generator().manual_seed(1)
    sizes = ((60, 120), (50, 90))
    images = [torch.randint(0, 256, (3, *s), dtype=torch.uint8, generator=generator) for s in sizes]
    with torch.inference_mode():
        found: list[Prediction] = model(images)
    assert all(len(prediction["scores"]) for prediction in found)
    return found


def test_a_model_without_parameters_stays_as_it_is() -> None:
    model = nn.Sequential(nn.ReLU(), nn.Flatten()).train()
    prepared = prepare_for_inference(model)
    assert prepared is model
    assert not model.training
    assert model(torch.tensor([[-1.0, 2.0]])).tolist() == [[0, 2]]


@pytest.mark.parametrize("arguments", [SLIM, RESNET])
def test_a_detector_without_a_batchnorm_left_finds_the_same(arguments: dict[str, Any]) -> None:
    model = detector(arguments)
    expected = detect(model)
    prepare_for_inference(model)
    assert count_norms(model) == 0
    for wanted, found in zip(expected, detect(model), strict=True):
        torch.testing.assert_close(found["scores"], wanted["scores"], rtol=0, atol=1e-3)
        torch.testing.assert_close(found["boxes"], wanted["boxes"], rtol=0, atol=0.01)
        assert torch.equal(found["labels"], wanted["labels"])


def test_test_time_augmentation_finds_the_same() -> None:
    model = MultiScale(detector(SLIM), scales=(0.8, 1.0))
    expected = detect(model)
    prepare_for_inference(model)
    assert count_norms(model) == 0
    for wanted, found in zip(expected, detect(model), strict=True):
        torch.testing.assert_close(found["scores"], wanted["scores"], rtol=0, atol=1e-3)
        torch.testing.assert_close(found["boxes"], wanted["boxes"], rtol=0, atol=0.01)


@pytest.mark.real_data
def test_a_batch_of_photographs_gives_the_same(real_data: Path) -> None:
    model = detector(RESNET)
    photographs = ImageFolder(str(real_data / "valid"), indices=8)
    images = [image for image, _ in photographs.samples(range(8), range(8))]
    with torch.inference_mode():
        expected = model(images)
        actual = prepare_for_inference(model)(images)
    assert sum(len(prediction["scores"]) for prediction in expected) > 50
    for wanted, found in zip(expected, actual, strict=True):
        torch.testing.assert_close(found["scores"], wanted["scores"], rtol=0, atol=1e-3)
        torch.testing.assert_close(found["boxes"], wanted["boxes"], rtol=0, atol=0.01)


class Layers(nn.Module):
    """Two convolutions and two normalizations, to be put together."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(3)
        self.other_conv = nn.Conv2d(3, 3, 1)
        self.other_norm = nn.BatchNorm2d(3)
        self.listed = [self.conv, self.norm]


class Plain(Layers):
    def forward(self, x: Tensor) -> Tensor:
        return self.other_norm(self.other_conv(self.norm(self.conv(x)).relu()))


class Listed(Layers):
    """Holds its layers a second time, where modules are not looked for."""

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.listed:
            x = layer(x)
        return x


class ConvolutionUsedTwice(Layers):
    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return self.other_norm(self.other_conv(self.conv(x)))


class NormUsedTwice(Layers):
    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.other_conv(self.norm(self.conv(x))))


class Tapped(Layers):
    """Its first convolution's output is used beside the normalization too."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.other_norm(self.other_conv(self.norm(y))) + y


class BareWeight(Layers):
    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(x))
        return nn.functional.conv2d(y, self.conv.weight)


class BareStatistics(Layers):
    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(x))
        mean = self.norm.running_mean
        assert mean is not None
        return y + mean.view(-1, 1, 1)


class Deciding(Layers):
    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.norm(y) if y.mean() > 1e9 else self.other_norm(self.other_conv(y))


class WithOption(Layers):
    def forward(self, x: Tensor, first: bool = False) -> Tensor:
        y = self.conv(x)
        return y if not first else self.norm(y)


class NormFirst(Layers):
    def forward(self, x: Tensor) -> Tensor:
        return self.conv(self.norm(x))


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        (Plain, 0),
        (Listed, 1),  # the other pair is not used at all
        (ConvolutionUsedTwice, 1),
        (NormUsedTwice, 2),
        (Tapped, 1),
        (BareWeight, 2),
        (BareStatistics, 2),
        (Deciding, 2),
        (WithOption, 2),
        (NormFirst, 2),
    ],
)
def test_what_is_not_proved_to_change_nothing_stays(kind: type[Layers], left: int) -> None:
    model = draw_statistics(kind())
    image = torch.rand(2, 3, 6, 7)
    with torch.no_grad():
        expected = model(image)
        prepare_for_inference(model)
        torch.testing.assert_close(model(image), expected, rtol=1e-5, atol=1e-5)
    assert count_norms(model) == left


def test_parts_of_a_model_that_cannot_be_traced_are_folded() -> None:
    model = draw_statistics(nn.ModuleDict({"first": Plain(), "second": Deciding()}))
    image = torch.rand(1, 3, 5, 5)
    with torch.no_grad():
        expected = [part(image) for part in model.values()]
        prepare_for_inference(model)
        for part, wanted in zip(model.values(), expected, strict=True):
            torch.testing.assert_close(part(image), wanted, rtol=1e-5, atol=1e-5)
    assert count_norms(model) == 2


def test_layers_that_two_parts_share_stay() -> None:
    first, second = Plain(), NormFirst()
    second.conv = first.conv
    model = draw_statistics(nn.ModuleDict({"first": first, "second": second}))
    image = torch.rand(1, 3, 5, 5)
    with torch.no_grad():
        expected = [part(image) for part in model.values()]
        prepare_for_inference(model)
        for part, wanted in zip(model.values(), expected, strict=True):
            torch.testing.assert_close(part(image), wanted, rtol=1e-5, atol=1e-5)
    assert isinstance(first.norm, nn.BatchNorm2d)
    assert not isinstance(first.other_norm, nn.BatchNorm2d)


def test_a_layer_that_somebody_listens_to_stays() -> None:
    model = draw_statistics(Plain())
    heard: list[Tensor] = []
    model.conv.register_forward_hook(lambda _, __, output: heard.append(output))
    image = torch.rand(1, 3, 5, 5)
    with torch.no_grad():
        model(image)
        prepare_for_inference(model)(image)
    torch.testing.assert_close(heard[0], heard[1])
    assert count_norms(model) == 1


def test_a_layer_whose_holder_somebody_listens_to_stays() -> None:
    model = draw_statistics(nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 1)), nn.BatchNorm2d(3)))
    heard: list[Tensor] = []
    model[0].register_forward_hook(lambda _, __, output: heard.append(output))
    image = torch.rand(1, 3, 5, 5)
    with torch.no_grad():
        model(image)
        prepare_for_inference(model)(image)
    torch.testing.assert_close(heard[0], heard[-1])
    assert count_norms(model) == 1


def test_a_part_in_bfloat16_returns_float32_of_its_precision() -> None:
    model = draw_statistics(Plain())
    image = torch.rand(2, 3, 6, 7)
    with torch.no_grad():
        expected = model(image)
        compute_in_bf16(model, torch.device("cpu"))
        actual = model(image)
    assert actual.dtype == torch.float32
    assert not torch.equal(actual, expected)
    torch.testing.assert_close(actual, expected, rtol=0.03, atol=0.03)  # 8 bits: 0.4 % a step


def test_boxes_of_parts_in_bfloat16_are_finer_than_bfloat16() -> None:
    model = detector(SLIM)
    expected = detect(model)
    for part in find_parts(model):
        compute_in_bf16(part.module, torch.device("cpu"))
    for wanted, found in zip(expected, detect(model), strict=True):
        assert found["boxes"].dtype == found["scores"].dtype == torch.float32
        nearest = (found["boxes"][:, None] - wanted["boxes"]).abs().amax(dim=2).amin(dim=1)
        assert nearest.median() < 0.1  # from 64 pixels on, bfloat16 steps by 0.5


@pytest.mark.parametrize(
    ("capabilities", "has_it"),
    [
        ({}, False),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"neon": True, "bf16": True}, True),
    ],
)
def test_bfloat16_is_refused_where_the_processor_has_none(
    capabilities: dict[str, bool], has_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert (bf16_problem(torch.device("cpu")) is None) == has_it
    model = Plain()
    if not has_it:
        before = copy.deepcopy(model.state_dict())
        with pytest.raises(ValueError, match="no instructions for bfloat16"):
            prepare_for_inference(model, precision="bf16")
        assert model.state_dict().keys() == before.keys()


def test_compilation_is_refused_on_a_cpu() -> None:
    with pytest.raises(ValueError, match="needs a CUDA device"):
        prepare_for_inference(Plain(), compiled=True)


def test_a_precision_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="'float32' or 'bf16', got 'fp16'"):
        prepare_for_inference(Plain(), precision="fp16")  # type: ignore[arg-type]
