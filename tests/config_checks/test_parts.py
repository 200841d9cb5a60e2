"""What a config builds."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from config_checks.checking import experiment
from mmengine.config import Config
from torch import nn

from digitdet.config_checks.parts import Part, find, find_parts
from digitdet.registry import BACKBONES, DATASETS, HOOKS, METRICS, MODELS, TRANSFORMS

COLOR = {"type": "ColorJitter"}


def _parts(config: dict[str, Any]) -> dict[str, Part]:
    return {part.key: part for part in find_parts(Config(config))}


def _kinds(config: dict[str, Any]) -> dict[str, str | None]:
    return {key: getattr(part.kind, "__name__", None) for key, part in _parts(config).items()}


@pytest.fixture
def _own_classes() -> Iterator[None]:
    """Classes of a user's own."""

    class OwnData:
        def __init__(self, transforms: Any = (), reader: Any = None, other: Any = None) -> None:
            self.values = transforms, reader, other

    class OwnNet(nn.Module):
        def __init__(self, backbone: Any, neck: Any = None) -> None:
            super().__init__()
            self.values = backbone, neck

    OwnData.__module__ = OwnNet.__module__ = "my_module"
    DATASETS.register_module(name="OwnData", module=OwnData)
    MODELS.register_module(name="OwnNet", module=OwnNet)
    yield
    del DATASETS.module_dict["OwnData"], MODELS.module_dict["OwnNet"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, {}),
        ({"model": None, "train_dataloader": None, "custom_hooks": None}, {}),
        ({"work_dir": "x", "mistyped": COLOR, "custom_hooks": 3, "default_hooks": []}, {}),
        ({"model": {}}, {"model": None}),
        ({"model": 3}, {"model": None}),
        (
            {"model": {"type": "Mistyped", "backbone": {"type": "ResNetFPN"}}},
            {"model": None, "model.backbone": "ResNetFPN"},
        ),
        ({"val_cfg": {}, "test_cfg": {}}, {"val_cfg": "ValLoop", "test_cfg": "TestLoop"}),
        ({"train_cfg": {"max_epochs": 1}}, {"train_cfg": "EpochBasedTrainLoop"}),
        ({"train_cfg": {"by_epoch": False}}, {"train_cfg": "IterBasedTrainLoop"}),
        ({"log_processor": {}}, {"log_processor": "LogProcessor"}),
        (
            {"optim_wrapper": {"optimizer": {"type": "SGD"}, "clip_grad": {"type": "norm"}}},
            {"optim_wrapper": "OptimWrapper", "optim_wrapper.optimizer": "SGD"},
        ),
        (
            {"default_hooks": {"timer": {"type": "IterTimerHook"}, "logger": None}},
            {"default_hooks.timer": "IterTimerHook"},
        ),
        ({"param_scheduler": {"type": "StepLR"}}, {"param_scheduler": "StepLR"}),
        ({"param_scheduler": [{"type": "StepLR"}]}, {"param_scheduler.0": "StepLR"}),
        (
            {
                "optim_wrapper": {"constructor": "TwoOptimizers"},
                "param_scheduler": {"one": [{"type": "StepLR"}], "two": {"type": "PolyLR"}},
            },
            {
                "optim_wrapper": "OptimWrapper",
                "param_scheduler.one.0": "StepLR",
                "param_scheduler.two": "PolyLR",
            },
        ),
        ({"val_evaluator": {"type": "DigitMetric"}}, {"val_evaluator": "DigitMetric"}),
        (
            {"val_evaluator": {"metrics": [{"type": "DigitMetric"}]}},
            {"val_evaluator": "Evaluator", "val_evaluator.metrics.0": "DigitMetric"},
        ),
        (
            {"train_dataloader": {"collate_fn": {"type": "digitdet.collate"}, "batch_size": 3}},
            {"train_dataloader.collate_fn": "collate"},
        ),
        (
            {"train_dataloader": {"collate_fn": {"type": "collate"}}},
            {"train_dataloader.collate_fn": None},
        ),
        (
            {
                "train_dataloader": {
                    "dataset": {
                        "type": "RepeatDataset",
                        "dataset": {
                            "type": "CocoDigits",
                            "transforms": [{"type": "Compose", "transforms": [COLOR, "text"]}],
                        },
                    }
                }
            },
            {
                "train_dataloader.dataset": "RepeatDataset",
                "train_dataloader.dataset.dataset": "CocoDigits",
                "train_dataloader.dataset.dataset.transforms.0": "Compose",
                "train_dataloader.dataset.dataset.transforms.0.transforms.0": "ColorJitter",
                "train_dataloader.dataset.dataset.transforms.0.transforms.1": None,
            },
        ),
    ],
)
def test_the_parts_of_a_config_are_found(
    config: dict[str, Any], expected: dict[str, str | None]
) -> None:
    assert _kinds(config) == expected


def test_the_parts_of_an_experiment_are_all_known_and_in_order() -> None:
    parts = find_parts(experiment("frcnn_small_folder"))
    assert all(part.kind is not None for part in parts)
    keys = [part.key for part in parts]
    assert len(set(keys)) == len(keys) > 25
    inner = "train_dataloader.dataset.transforms.0"
    assert keys.index("train_dataloader.dataset") < keys.index(inner)


@pytest.mark.usefixtures("_own_classes")
def test_in_arguments_of_ones_own_class_only_what_states_a_type_is_a_part() -> None:
    dataset = {"type": "OwnData", "transforms": ["text", COLOR], "reader": "text"}
    dataset["other"] = {"inner": [{"type": "DigitMetric"}, {"type": "of something else"}]}
    assert _kinds({"train_dataloader": {"dataset": dataset}}) == {
        "train_dataloader.dataset": "OwnData",
        "train_dataloader.dataset.transforms.1": "ColorJitter",
        "train_dataloader.dataset.other.inner.0": "DigitMetric",
    }


@pytest.mark.usefixtures("_own_classes")
def test_a_type_is_looked_for_where_its_argument_says_then_elsewhere() -> None:
    backbone, neck = {"type": "FasterRCNN"}, {"type": "ResNetFPN"}
    parts = _parts({"model": {"type": "OwnNet", "backbone": backbone, "neck": neck}})
    assert parts["model.backbone"].registry is MODELS
    assert parts["model.neck"].registry is BACKBONES
    unknown = _parts({"model": {"type": "OwnNet", "backbone": {"type": "Mistyped"}}})
    assert unknown["model.backbone"].kind is None
    # digitdet's own class builds its backbone from that registry alone.
    assert _kinds({"model": {"type": "FasterRCNN", "backbone": backbone}})["model.backbone"] is None


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("custom_hooks", [], []),
        ("custom_hooks", [[{"type": "EMAHook"}]], [("custom_hooks.0", None)]),
        ("model", [{"type": "FasterRCNN"}], [("model", None)]),
        ("reader", [], [("reader", None)]),
        ("val_evaluator", {"type": "Evaluator"}, [("val_evaluator", "Evaluator")]),
        ("val_evaluator", {"type": "DigitMetric"}, [("val_evaluator", "DigitMetric")]),
        (
            "param_scheduler",
            {"first": {"type": "StepLR"}},
            [("param_scheduler", None), ("param_scheduler.first", "StepLR")],
        ),
    ],
)
def test_a_list_holds_parts_where_there_may_be_several(
    key: str, value: Any, expected: list[tuple[str, str | None]]
) -> None:
    parts = find_parts({key: value})
    assert [(part.key, getattr(part.kind, "__name__", None)) for part in parts] == expected


def test_what_is_supplied_and_what_is_taken_out_is_known() -> None:
    parts = _parts(
        {
            "train_dataloader": {
                "sampler": {"type": "DefaultSampler"},
                "collate_fn": {"type": "digitdet.collate"},
            },
            "optim_wrapper": {"optimizer": {"type": "SGD"}},
            "custom_hooks": [{"type": "ProgressHook"}],
        }
    )
    assert parts["train_dataloader.sampler"].given == {"dataset", "seed"}
    assert parts["train_dataloader.collate_fn"].given == {"samples"}
    assert parts["optim_wrapper.optimizer"].given == {"params"}
    assert parts["custom_hooks.0"].extra == {"priority"}


@pytest.mark.parametrize("name", ["imported_by_type", "imported_by_type.Thing"])
def test_a_type_that_no_registry_knows_is_not_imported(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mmengine's registries take any unknown name for a module's."""
    (tmp_path / "imported_by_type.py").write_text("class Thing: ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert find(HOOKS, name) is None
    assert "imported_by_type" not in sys.modules
    assert find(HOOKS, "digitdet.ProgressHook") is find(HOOKS, "ProgressHook") is not None


def test_optimizers_made_by_ones_own_constructor_take_any_name() -> None:
    (part,) = find_parts({"optim_wrapper": {"constructor": "Own", "one": {}, "two": {}}})
    assert part.signature.takes_any


@pytest.mark.parametrize(
    "name", ["", None, 3, "Nothing", "no.such.module", ".", "a..b", "os.system.x"]
)
def test_a_name_that_is_not_registered_is_not_found(name: Any) -> None:
    assert find(TRANSFORMS, name) is None


def test_a_registered_class_is_found_by_name_by_scope_and_as_itself() -> None:
    kind = find(METRICS, "DigitMetric")
    assert kind is not None
    assert find(METRICS, "digitdet.DigitMetric") is kind
    assert find(METRICS, kind) is kind
    # What mmengine brings is found through the parent.
    assert find(HOOKS, "LoggerHook") is not None
