"""A dataset's transforms, one after another."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from digitdet.datasets import SyntheticDigits
from digitdet.registry import TRANSFORMS
from digitdet.transforms import Pipeline

JITTER = dict(type="ColorJitter", brightness=0.5, contrast=0.5)


def _sample() -> tuple[Any, Any]:
    pixels = np.random.default_rng(0).integers(50, 200, (3, 8, 10), dtype=np.uint8)
    boxes = torch.tensor([[1.0, 2, 5, 6], [3, 3, 9, 8]])
    return tv_tensors.Image(torch.from_numpy(pixels)), {
        "image_id": 1,
        "boxes": tv_tensors.BoundingBoxes(boxes, format="XYXY", canvas_size=(8, 10)),
        "labels": torch.tensor([4, 10]),
        "iscrowd": torch.tensor([False, True]),
        "source": "1.png",
    }


@TRANSFORMS.register_module()
class FillCorner:
    """A user's transform: any callable will do."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __call__(self, image: Any, target: Any) -> tuple[Any, Any]:
        image[:, 0, 0] = self.value
        return image, target


def test_no_transforms_leave_the_sample_as_it_is() -> None:
    image, target = _sample()
    out, out_target = Pipeline([])(image, target, 0)
    assert out is image
    assert out_target is target


def test_a_users_registered_transform_is_found_by_its_name() -> None:
    dataset = SyntheticDigits(1, transforms=[dict(type="FillCorner", value=77)])
    assert dataset[0][0][:, 0, 0].tolist() == [77, 77, 77]


def test_a_transform_that_fails_is_named_with_its_picture() -> None:
    class Cut:
        def __call__(self, image: Any, target: Any) -> tuple[Any, Any]:
            return image[9, 9, 9, 9], target

    with pytest.raises(RuntimeError, match=r"Cut failed on 1\.png \(IndexError: too many indices"):
        Pipeline([Cut()])(*_sample(), 0)


def test_transforms_run_in_their_order() -> None:
    pad = dict(type="Pad", padding=1, fill=9)
    corner = dict(type="FillCorner", value=77)
    first = Pipeline([corner, pad])(*_sample(), 0)[0]
    last = Pipeline([pad, corner])(*_sample(), 0)[0]
    assert (int(first[0, 0, 0]), int(first[0, 1, 1])) == (9, 77)
    assert (int(last[0, 0, 0]), int(last[0, 1, 0])) == (77, 9)


def test_configs_and_callables_mix() -> None:
    pipeline = Pipeline([v2.Pad(2), lambda image, target: (image, {**target, "image_id": 5})])
    image, target = pipeline(*_sample(), 0)
    assert image.shape == (3, 12, 14)
    assert target["boxes"].tolist() == [[3, 4, 7, 8], [5, 5, 11, 10]]
    assert target["image_id"] == 5


@pytest.mark.parametrize("item", [None, 3, "ColorJitter", ["ColorJitter"], (JITTER,)])
def test_what_cannot_be_called_is_refused_with_its_position(item: Any) -> None:
    with pytest.raises(
        TypeError, match=r"^transforms\[1\] has to be a config with `type`"
    ) as error:
        Pipeline([JITTER, item])
    assert repr(item) in str(error.value)


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        (None, "NoneType"),
        ((), "tuple"),
        ((1, 2, 3), "tuple"),
        ([1, 2], "list"),
        (torch.zeros(2, 4, 4), "Tensor"),
    ],
)
def test_a_transform_that_returns_no_pair_is_refused_with_its_name_and_the_source(
    returned: Any, kind: str
) -> None:
    class Careless:
        def __call__(self, *_: Any) -> Any:
            return returned

    with pytest.raises(
        TypeError, match=rf"^Careless has to return \(image, target\), got {kind} for 1\.png"
    ):
        Pipeline([Careless()])(*_sample(), 0)


def test_an_unknown_transform_is_refused_with_its_name() -> None:
    with pytest.raises(KeyError, match="ColourJitter"):
        Pipeline([dict(type="ColourJitter")])


def test_an_argument_that_a_transform_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="brightnes"):
        Pipeline([dict(type="ColorJitter", brightnes=0.5)])


def _noise(library: str) -> Callable[[Any, Any], tuple[Any, Any]]:
    """A user's transform that draws from one of the three global generators."""

    def add(image: Any, target: Any) -> tuple[Any, Any]:
        value = {
            "random": random.random,
            "numpy": lambda: np.random.random(),
            "torch": lambda: float(torch.rand(())),
        }[library]()
        return image, {**target, "value": value}

    return add


@pytest.mark.parametrize("library", ["random", "numpy", "torch"])
def test_draws_of_every_library_follow_from_seed_epoch_and_index(library: str) -> None:
    values: dict[Any, float] = {}
    for _ in range(2):
        pipeline = Pipeline([_noise(library)])
        for key in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)):
            seed, epoch, index = key
            pipeline.draws.set_epoch(epoch, seed)
            value = pipeline(*_sample(), index)[1]["value"]
            assert values.setdefault(key, value) == value
    assert len(set(values.values())) == 4


def test_colours_repeat_for_the_same_epoch_and_index_and_differ_for_others() -> None:
    pipeline = Pipeline([JITTER])

    def jittered(epoch: int, index: int) -> list[Any]:
        pipeline.draws.set_epoch(epoch, 3)
        return pipeline(*_sample(), index)[0].tolist()

    first = jittered(1, 7)
    assert first != _sample()[0].tolist()
    assert jittered(2, 7) != first
    assert jittered(1, 8) != first
    assert jittered(1, 7) == first


def test_the_transforms_of_a_sample_draw_apart_from_each_other() -> None:
    pipeline = Pipeline(
        [_noise("torch"), lambda i, t: (i, {**t, "first": t["value"]}), _noise("torch")]
    )
    _, target = pipeline(*_sample(), 0)
    assert target["first"] != target["value"]


def test_a_pipeline_leaves_the_global_generators_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3).tolist()
    torch.manual_seed(1)
    found = []
    for index in range(3):
        found.append(float(torch.rand(())))
        Pipeline([JITTER])(*_sample(), index)
    assert found == expected
