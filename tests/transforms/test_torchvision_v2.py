"""All of torchvision.transforms.v2 from a text config."""

import inspect
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F  # noqa: N812

from digitdet.config_checks.all_checks import find_misnamed
from digitdet.config_checks.parts import find_parts
from digitdet.datasets import SyntheticDigits, collate
from digitdet.registry import TRANSFORMS
from digitdet.transforms import Pipeline
from digitdet.transforms.torchvision_v2 import translate

NAMES = sorted(
    name
    for name in dir(v2)
    if inspect.isclass(getattr(v2, name))
    and issubclass(getattr(v2, name), v2.Transform)
    and name != "Transform"
)
FLIP = dict(type="RandomHorizontalFlip", p=1)
SIZED = ("CenterCrop", "FiveCrop", "RandomCrop", "RandomResizedCrop", "Resize", "TenCrop")
NESTING = ("Compose", "RandomApply", "RandomChoice", "RandomOrder")
ARGUMENTS: dict[str, dict[str, Any]] = {
    **{name: dict(size=4) for name in SIZED},
    **{name: dict(transforms=[FLIP]) for name in NESTING},
    **{name: dict(degrees=10) for name in ("RandomAffine", "RandomRotation")},
    "ConvertBoundingBoxFormat": dict(format="XYWH"),
    "GaussianBlur": dict(kernel_size=3),
    "JPEG": dict(quality=50),
    "Normalize": dict(mean=[0.5] * 3, std=[0.2] * 3),
    "Pad": dict(padding=2),
    "RandomAdjustSharpness": dict(sharpness_factor=2),
    "RandomPosterize": dict(bits=4),
    "RandomResize": dict(min_size=8, max_size=12),
    "RandomShortestSize": dict(min_size=8),
    "RandomSolarize": dict(threshold=128),
    "ScaleJitter": dict(target_size=[12, 12]),
    "SetClampingMode": dict(clamping_mode="hard"),
    "ToDtype": dict(dtype="float32"),
    "UniformTemporalSubsample": dict(num_samples=1),
}
NOT_TEXT = {"Lambda", "LinearTransformation"}  # need a function and tensors


def _sample() -> tuple[Any, Any]:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 10), dtype=np.uint8)
    boxes = torch.tensor([[1.0, 2, 5, 6], [3, 3, 3, 8], [4, 1, 9, 8]])
    return tv_tensors.Image(torch.from_numpy(pixels)), {
        "image_id": 1,
        "boxes": tv_tensors.BoundingBoxes(boxes, format="XYXY", canvas_size=(8, 10)),
        "labels": torch.tensor([4, 7, 10]),
        "iscrowd": torch.tensor([False, False, True]),
        "source": "1.png",
    }


def _run(*transforms: dict[str, Any]) -> tuple[Any, Any]:
    return Pipeline(transforms)(*_sample(), 0)


def test_there_are_transforms_to_find() -> None:
    assert {"ColorJitter", "ToDtype", "RandomZoomOut", "SanitizeBoundingBoxes"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_transform_of_torchvision_is_registered_under_its_class_name(name: str) -> None:
    assert TRANSFORMS.get(name) is getattr(v2, name)


@pytest.mark.filterwarnings("ignore:The transform `ToTensor")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_TEXT])
def test_every_transform_that_text_can_describe_is_built_from_it(name: str) -> None:
    built = TRANSFORMS.build(dict(type=name, **ARGUMENTS.get(name, {})))
    assert type(built) is getattr(v2, name)


def test_a_config_file_gives_the_same_as_a_dict() -> None:
    text = (
        "pipeline = [dict(type='RandomApply', p=1, transforms=[dict(type='Pad', padding=[1, 2])])]"
    )
    config = Config.fromstring(text, ".py")
    image, target = _run(*config.pipeline)
    assert image.shape == (3, 12, 12)
    assert target["boxes"][0].tolist() == [2, 4, 6, 8]


def test_building_leaves_the_config_as_it_was() -> None:
    config = dict(type="Compose", transforms=[dict(type="ToDtype", dtype="float32")])
    TRANSFORMS.build(config)
    assert config == dict(type="Compose", transforms=[dict(type="ToDtype", dtype="float32")])


@pytest.mark.parametrize("dtype", ["float32", torch.float32, {"Image": "float32", "others": None}])
def test_a_dtype_is_given_by_its_name(dtype: Any) -> None:
    image, target = _run(dict(type="ToDtype", dtype=dtype, scale=True))
    assert image.dtype == torch.float32
    np.testing.assert_allclose(image.numpy(), _sample()[0].numpy() / 255.0, atol=1e-6)
    assert target["labels"].dtype == torch.int64


def test_a_dtype_reaches_only_the_kind_that_it_is_given_for() -> None:
    only = {"Image": "float16", "BoundingBoxes": "float64", "others": None}
    image, target = _run(dict(type="ToDtype", dtype=only))
    assert image.dtype == torch.float16
    assert target["boxes"].dtype == torch.float64
    assert target["iscrowd"].dtype == torch.bool


@pytest.mark.parametrize("dtype", ["", "float33", "nn", "Tensor", {"Image": "float33"}])
def test_an_unknown_dtype_is_refused_with_its_name(dtype: Any) -> None:
    name = dtype if isinstance(dtype, str) else "float33"
    with pytest.raises(ValueError, match=f"dtype '{name}' is not one of torch's"):
        TRANSFORMS.build(dict(type="ToDtype", dtype=dtype))


def test_a_dtype_for_an_unknown_kind_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="dtype is given for 'Images', which is not a class"):
        TRANSFORMS.build(dict(type="ToDtype", dtype={"Images": "float32", "others": None}))


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_an_interpolation_is_given_by_its_name(mode: str) -> None:
    image, _ = _run(dict(type="Resize", size=[16, 20], interpolation=mode))
    expected = F.resize(_sample()[0], [16, 20], interpolation=v2.InterpolationMode(mode))
    assert torch.equal(image, expected)
    others = {"nearest", "bilinear", "bicubic"} - {mode}
    for other in others:
        assert not torch.equal(image, F.resize(_sample()[0], [16, 20], v2.InterpolationMode(other)))


def test_an_unknown_interpolation_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="bilinaer"):
        TRANSFORMS.build(dict(type="Resize", size=4, interpolation="bilinaer"))


@pytest.mark.parametrize("outer", ["Compose", "RandomApply", "RandomChoice", "RandomOrder"])
@pytest.mark.parametrize("inner", ["Compose", "RandomApply", "RandomChoice"])
def test_nested_transforms_are_built_at_any_depth(outer: str, inner: str) -> None:
    always = {"RandomApply": dict(p=1)}
    to_float = dict(type="ToDtype", dtype={"Image": "float32", "others": None}, scale=True)
    deep = dict(type=inner, transforms=[to_float], **always.get(inner, {}))
    image, _ = _run(dict(type=outer, transforms=[deep], **always.get(outer, {})))
    assert image.dtype == torch.float32
    np.testing.assert_allclose(image.numpy(), _sample()[0].numpy() / 255.0, atol=1e-6)


def test_nested_callables_and_configs_mix() -> None:
    image, _ = _run(dict(type="Compose", transforms=[v2.Pad(1), dict(type="Pad", padding=2)]))
    assert image.shape == (3, 14, 16)


def test_an_unknown_nested_transform_is_refused_with_its_name() -> None:
    with pytest.raises(KeyError, match="Padd"):
        TRANSFORMS.build(dict(type="Compose", transforms=[dict(type="Padd", padding=1)]))


def test_sanitizing_without_boxes_leaves_none() -> None:
    image, target = _sample()
    target.update({key: target[key][:0] for key in ("labels", "iscrowd")})
    target["boxes"] = tv_tensors.wrap(target["boxes"][:0], like=target["boxes"])
    out = Pipeline([dict(type="SanitizeBoundingBoxes")])(image, target, 0)
    assert out[1]["boxes"].shape == (0, 4)
    assert len(collate([out])["targets"][0]["iscrowd"]) == 0


@pytest.mark.parametrize("nested", [False, True])
def test_sanitizing_drops_labels_and_crowd_marks_with_the_boxes(nested: bool) -> None:
    sanitize: dict[str, Any] = dict(type="SanitizeBoundingBoxes")
    _, target = _run(dict(type="Compose", transforms=[sanitize]) if nested else sanitize)
    assert target["boxes"].tolist() == [[1, 2, 5, 6], [4, 1, 9, 8]]  # the flat one is gone
    assert target["labels"].tolist() == [4, 10]
    assert target["iscrowd"].tolist() == [False, True]


def test_a_crop_then_sanitizing_gives_what_collate_takes() -> None:
    transforms = [dict(type="RandomIoUCrop"), dict(type="SanitizeBoundingBoxes")]
    dataset = SyntheticDigits(20, transforms=transforms)
    targets = collate(list(dataset))["targets"]
    before = [len(target["labels"]) for _, target in SyntheticDigits(20)]
    after = [len(target["labels"]) for target in targets]
    assert all(a <= b for a, b in zip(after, before, strict=True))
    assert sum(after) < sum(before)


@pytest.mark.parametrize("kind", ["digitdet.SanitizeBoundingBoxes", v2.SanitizeBoundingBoxes])
def test_sanitizing_drops_crowd_marks_however_it_is_named(kind: Any) -> None:
    transforms = [dict(type="RandomIoUCrop"), dict(type=kind)]
    dataset = SyntheticDigits(20, transforms=transforms)
    counts = [
        len(target["boxes"])
        for target in collate([*map(dataset.__getitem__, range(20))])["targets"]
    ]
    whole = [len(target["boxes"]) for _, target in map(SyntheticDigits(20).__getitem__, range(20))]
    assert sum(counts) < sum(whole)


def test_the_check_of_configs_finds_nothing_wrong_with_what_can_be_built() -> None:
    for name in set(NAMES) - NOT_TEXT:
        transforms = [dict(type=name, **ARGUMENTS.get(name, {}))]
        dataset = dict(type="SyntheticDigits", num_scenes=1, transforms=transforms)
        config = {"train_dataloader": dict(dataset=dataset, sampler=None)}
        assert find_misnamed(config, find_parts(config)) == [], name


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dtype", "uint8", torch.uint8),
        ("dtype", {"Image": "float32"}, {tv_tensors.Image: torch.float32}),
        ("dtype", torch.uint8, torch.uint8),
        ("interpolation", "bicubic", v2.InterpolationMode.BICUBIC),
        ("interpolation", v2.InterpolationMode.BICUBIC, v2.InterpolationMode.BICUBIC),
        ("mode", "bicubic", "bicubic"),
    ],
)
def test_what_a_text_cannot_hold_is_translated(name: str, value: Any, expected: Any) -> None:
    assert translate(name, value) == expected


def test_an_unknown_interpolation_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"interpolation 'cubic' is not one of nearest, .*bicubic"):
        translate("interpolation", "cubic")
