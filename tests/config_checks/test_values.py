"""Values of arguments against their annotations."""

from typing import Any

import pytest
from config_checks.checking import changed, experiment

from digitdet.config_checks.calls import calls_of_parts
from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.values import check_values

TRANSFORMS = "train_dataloader.dataset.transforms"


def _found(changes: dict[str, Any], shared: dict[str, Any] | None = None) -> dict[str, str]:
    parts = find_parts(changed(changes, "frcnn_small_folder"))
    problems = check_values(calls_of_parts(parts), parts, shared or {})
    return {problem.key: problem.message for problem in problems}


@pytest.mark.parametrize("name", ["quickstart", "frcnn_tl3", "frcnn_folder_and_scenes"])
def test_nothing_is_found_in_an_experiment(name: str) -> None:
    parts = find_parts(experiment(name))
    assert check_values(calls_of_parts(parts), parts, {}) == []


@pytest.mark.parametrize(
    ("key", "value", "at", "said"),
    [
        ("model.min_size", "96", "", "is '96', but it takes a whole number (int)"),
        ("model.min_size", 96.0, "", "is 96.0, but it takes a whole number (int)"),
        ("model.norm_eval", 1, "", "is 1, but it takes True or False"),
        ("model.num_classes", True, "", "is True, but it takes a whole number (int)"),
        ("model.weights", 3, "", "is 3, but it takes a text (str) or None"),
        ("model.min_size", None, "", "is None, but it takes a whole number (int)"),
        ("model.mean", 0.5, "", "is 0.5, but it takes a list, each item a number (float)"),
        ("model.mean", [0.5, "x"], ".1", "is 'x', but it takes a number (float)"),
        ("model.anchor_sizes", [[1], ["x"]], ".1.0", "is 'x', but it takes a whole number (int)"),
        ("model.backbone.out_channels", "x", "", "is 'x', but it takes a whole number (int)"),
        ("optim_wrapper.optimizer.lr", "0.1", "", "is '0.1', but it takes a number (float)"),
        ("optim_wrapper.accumulative_counts", 1.5, "", "it takes a whole number (int)"),
        ("optim_wrapper.clip_grad", 10.0, "", "is 10.0, but it takes a dict or None"),
        ("optim_wrapper.paramwise_cfg", [], "", "is [], but it takes a dict or None"),
        ("train_cfg.max_epochs", "3", "", "is '3', but it takes a whole number (int)"),
        ("param_scheduler.0.convert_to_iter_based", 1, "", "it takes True or False"),
        ("param_scheduler.0.T_max", "3", "", "it takes a whole number (int) or None"),
        ("default_hooks.checkpoint.save_best", 3, "", "is 3, but it takes a text (str) or a list,"),
        ("custom_hooks.0.priority", "NORMA", "", "it takes one of 'HIGHEST', 'VERY_HIGH', "),
        ("reader.score_threshold", "high", "", "is 'high', but it takes a number (float)"),
        ("train_dataloader.sampler.shuffle", "yes", "", "is 'yes', but it takes True or False"),
        (TRANSFORMS, [{"type": "Normalize", "mean": 1, "std": [1]}], ".0.mean", "it takes a list"),
        (TRANSFORMS, [{"type": "ToDtype", "dtype": "float33"}], ".0.dtype", "not one of torch's"),
        (TRANSFORMS, [{"type": "Resize", "size": 9, "interpolation": "cubic"}], ".0.interpolation",
         "interpolation 'cubic' is not one of nearest, "),
        ("train_dataloader.dataset.test_mode", "no", "", "is 'no', but it takes True or False"),
        ("train_dataloader.dataset.indices", [1, "x"], ".1", "it takes a whole number (int)"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_told(key: str, value: Any, at: str, said: str) -> None:
    changes = {key: value}
    if key == TRANSFORMS and isinstance(value, dict):
        changes = {key: {**value, "_delete_": True}}
    if key.startswith("custom_hooks"):
        changes = {"custom_hooks": [{"type": "ProgressHook", "priority": value}]}
    assert said in _found(changes)[key + at]


@pytest.mark.parametrize(
    "changes",
    [
        {"model.score_threshold": 0},
        {"model.anchor_sizes": ((28,), (52,))},
        {"model.trainable_backbone_stages": None},
        {"optim_wrapper.type": "AmpOptimWrapper", "optim_wrapper.loss_scale": 512.0},
        {"optim_wrapper.type": "AmpOptimWrapper", "optim_wrapper.dtype": None},
        {"optim_wrapper.optimizer": {"_delete_": True, "type": "AdamW", "betas": [0.9, 0.99]}},
        {"default_hooks.checkpoint.save_best": ["map", "map_50"]},
        {"custom_hooks": [{"type": "ProgressHook", "priority": 3}]},
        {"log_processor.window_size": "not annotated"},
        {TRANSFORMS: [{"type": "ToDtype", "dtype": "float32", "scale": True}]},
        {TRANSFORMS: [{"type": "ToDtype", "dtype": {"Image": "float32", "others": None}}]},
        {TRANSFORMS: [{"type": "Resize", "size": [9, 9], "interpolation": "bicubic"}]},
        {TRANSFORMS: [{"type": "RandomErasing", "value": "random"}]},
        {TRANSFORMS: [{"type": "RandomRotation", "degrees": 3}]},
        {TRANSFORMS: []},
    ],
)
def test_what_is_taken_is_taken(changes: dict[str, Any]) -> None:
    assert _found(changes) == {}


def test_a_shared_value_is_judged_at_the_top_level_alone() -> None:
    changes = {f"{loader}.dataset.data_root": 3 for loader in ("train_dataloader",)}
    assert list(_found(changes)) == ["train_dataloader.dataset.data_root"]
    assert _found(changes, {"data_root": 3}) == {}
    assert list(_found(changes, {"data_root": 4})) == ["train_dataloader.dataset.data_root"]


def test_a_long_value_is_shortened() -> None:
    (said,) = _found({"model.mean": "x" * 500}).values()
    assert len(said) < 150
