"""What changes pictures or truth in an evaluation."""

from typing import Any

import pytest
from config_checks.checking import check
from torchvision.transforms import v2

from digitdet.config_checks.geometry import check_geometry
from digitdet.registry import TRANSFORMS

PLACE = "val_dataloader.dataset.transforms"
PHOTOMETRIC = dict.fromkeys(("perspective", "rotation", "zoom_out", "crop", "scale"))
GEOMETRIC = [
    {"type": "RandomDigitCrop"},
    {"type": "RandomScale"},
    {"type": "RandomTilt"},
    {"type": "DigitAugmentation"},
    {"type": "DigitAugmentation", **PHOTOMETRIC, "rotation": 1},
    *({"type": name} for name in ("Resize", "Pad", "CenterCrop", "RandomCrop", "RandomAffine")),
    *({"type": name} for name in ("RandomHorizontalFlip", "RandomZoomOut", "ElasticTransform")),
]
RANDOM = [
    {"type": "ColorJitter"},
    {"type": "RandomJPEG"},
    {"type": "GaussianBlur"},
    {"type": "RandomGrayscale"},
    {"type": "RandomErasing"},
    {"type": "DigitAugmentation", **PHOTOMETRIC},
]
HARMLESS: list[dict[str, Any]] = [
    {"type": "Identity"},
    {"type": "Grayscale", "num_output_channels": 3},
    {"type": "ToDtype", "dtype": "float32", "scale": True},
]


def name_of(transform: dict[str, Any]) -> str:
    return str(transform["type"])


@pytest.mark.parametrize("loader", ["val_dataloader", "test_dataloader"])
@pytest.mark.parametrize("transform", GEOMETRIC, ids=name_of)
def test_geometry_is_refused_in_evaluation(loader: str, transform: dict[str, Any]) -> None:
    place = f"{loader}.dataset.transforms"
    changes = {place: [transform], f"{loader}.dataset.allow_unsafe": True}
    problems = check(check_geometry, changes)
    assert list(problems) == [f"{place}.0"]
    assert f"{transform['type']} changes geometry" in problems[f"{place}.0"].message
    assert not problems[f"{place}.0"].is_warning


@pytest.mark.parametrize("transform", [*GEOMETRIC, *RANDOM], ids=name_of)
def test_training_may_have_all_of_it(transform: dict[str, Any]) -> None:
    assert not check(check_geometry, {"train_dataloader.dataset.transforms": [transform]})


@pytest.mark.parametrize("transform", RANDOM, ids=name_of)
def test_random_colours_are_warned_of(transform: dict[str, Any]) -> None:
    problems = check(check_geometry, {PLACE: [transform]})
    assert [(p.key, p.is_warning) for p in problems.values()] == [(f"{PLACE}.0", True)]


@pytest.mark.parametrize("transform", HARMLESS, ids=name_of)
def test_what_is_the_same_each_time_and_moves_nothing_is_taken(transform: dict[str, Any]) -> None:
    assert not check(check_geometry, {PLACE: [transform]})


@pytest.mark.parametrize("name", ["ClampBoundingBoxes", "SanitizeBoundingBoxes"])
def test_boxes_of_the_truth_may_not_be_changed(name: str) -> None:
    problems = check(check_geometry, {PLACE: [{"type": name}]})
    assert "changes the boxes" in problems[f"{PLACE}.0"].message


def test_geometry_is_found_at_any_depth() -> None:
    inner = {"type": "RandomApply", "transforms": [{"type": "Identity"}, {"type": "RandomScale"}]}
    part = {"type": "SyntheticDigits", "num_scenes": 2, "test_mode": True}
    part["transforms"] = [{"type": "Compose", "transforms": [inner]}]
    dataset = {"_delete_": True, "type": "ConcatDataset", "datasets": [part]}
    problems = check(check_geometry, {"val_dataloader.dataset": dataset})
    place = "val_dataloader.dataset.datasets.0.transforms.0.transforms.0.transforms.1"
    assert list(problems) == [place]


def test_a_users_own_transform_is_judged_by_the_class_that_it_is_derived_from() -> None:
    class Turn(v2.RandomRotation):
        pass

    class Paint:
        pass

    TRANSFORMS.register_module(name="Turn", module=Turn)
    TRANSFORMS.register_module(name="RandomPaint", module=Paint)
    try:
        changes = {PLACE: [{"type": "RandomPaint"}, {"type": "Turn", "degrees": 5}]}
        assert list(check(check_geometry, changes)) == [f"{PLACE}.1"]
    finally:
        TRANSFORMS.module_dict.pop("Turn")
        TRANSFORMS.module_dict.pop("RandomPaint")


@pytest.mark.parametrize("name", ["quickstart", "frcnn_tl3"])
def test_truth_that_is_cleaned_as_for_training_is_a_warning(name: str) -> None:
    key = "val_dataloader.dataset.test_mode"
    problems = check(check_geometry, {key: False}, name)
    assert [(p.key, p.is_warning) for p in problems.values()] == [(key, True)]
