"""Top-level keys."""

from typing import Any

import pytest
from config_checks.checking import changed, experiment
from mmengine.config import Config

from digitdet.config_checks.keys import check_keys, known_keys
from digitdet.config_checks.parts import find_parts

NOT_VALIDATED = {"val_cfg": None, "val_dataloader": None, "val_evaluator": None}


def _found(config: Any) -> dict[str, str]:
    problems = check_keys(config, find_parts(config))
    assert not any(problem.is_warning for problem in problems)
    return {problem.key: problem.message for problem in problems}


@pytest.mark.parametrize("name", ["quickstart", "frcnn_tl3", "frcnn_folder_and_scenes"])
def test_nothing_is_found_in_an_experiment(name: str) -> None:
    assert _found(experiment(name)) == {}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"reader": {"type": "LineReader"}},
        {"reader": None, "custom_imports": {"imports": "mine"}},
        {"train_dataloader": {"dataset": {"type": "SyntheticDigits"}}},
        {"data_root": "x", "train_dataloader": {"dataset": {"type": "CocoDigits"}}},
        {"data_root": "x", "train_dataloader": {"dataset": {"type": "mistyped"}}},
        {"train_cfg": {"by_epoch": True, "max_epochs": 1}},
        {"train_cfg": {"type": "EpochBasedTrainLoop", "max_epochs": 1}},
        {"compile": True, "sync_bn": "torch", "find_unused_parameters": False},
        {"compile": {"backend": "eager"}, "auto_scale_lr": None, "experiment_name": None},
        {"log_level": 10, "work_dir": "w", "launcher": "none", "resume": False},
        {"model": {"type": "FasterRCNN"}},
    ],
)
def test_a_config_may_state_some_keys_alone(config: dict[str, Any]) -> None:
    assert _found(config) == {}


def test_a_launcher_that_a_saved_config_names_is_warned_of() -> None:
    (problem,) = check_keys(Config({"launcher": "slurm"}), [])
    assert problem.is_warning
    assert "call the tool with --launcher slurm" in problem.message


def test_intervals_that_mmengine_takes_are_taken() -> None:
    assert _found(changed({"train_cfg.dynamic_intervals": [(4, 1)]})) == {}


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"train_datalaoder": {}}, "train_datalaoder", "did you mean 'train_dataloader'?"),
        ({"optt.lrr": 3}, "optt", "nothing reads a top-level key of this name"),
        ({"cfg": {}}, "cfg", "nothing reads"),
        ({"data_root": 3}, "data_root", "is 3, but it takes a text (str)"),
        ({"work_dir": 2024}, "work_dir", "is 2024, but it takes a text (str)"),
        ({"work_dir": "~/runs"}, "work_dir", "write the whole path"),
        ({"train_cfg.dynamic_intervals": [[4, 1]]}, "train_cfg.dynamic_intervals", "as a tuple"),
        ({"resume": "yes"}, "resume", "is 'yes', but it takes True or False"),
        ({"launcher": "slurmm"}, "launcher", "one of 'none', 'pytorch', 'slurm', 'mpi'"),
        ({"log_level": "INF"}, "log_level", "one of 'DEBUG', 'INFO', "),
        ({"custom_hooks": "ProgressHook"}, "custom_hooks", "it takes a list or None"),
        ({"default_hooks": []}, "default_hooks", "it takes a dict or None"),
        ({"train_dataloader": 3}, "train_dataloader", "it takes a dict or None"),
        ({"default_scope": "mmdet"}, "default_scope", "is 'mmdet', but it takes 'digitdet'"),
        ({"randomness": None}, "randomness", "is None, but it takes a dict"),
        ({"model": None}, "model", "is None, but it takes a dict with a `type`"),
        ({"val_evaluator": ({"type": "DigitMetric"},)}, "val_evaluator", "without a comma behind"),
        ({"train_cfg.type": "EpochBasedTrainLoop"}, "train_cfg", "both `by_epoch` and `type`"),
        ({"train_cfg": {"_delete_": True, "max_epochs": 1}}, "train_cfg", "neither `by_epoch` nor"),
        ({"train_dataloader.shuffle": True}, "train_dataloader.shuffle", "belongs to the sampler"),
        ({"val_dataloader.collate_fn": None}, "val_dataloader.collate_fn", "the model needs coll"),
        (
            {"train_dataloader.collate_fn": {"type": "pseudo_collate"}},
            "train_dataloader.collate_fn",
            "makes no batch of samples",
        ),
        (
            {"train_dataloader.drop_last": True, "train_dataloader.batch_sampler": {"type": "A"}},
            "train_dataloader.drop_last",
            "belongs to the batch sampler",
        ),
        (
            {"optim_wrapper.constructor": "DefaultOptimWrapperConstrutor"},
            "optim_wrapper.constructor",
            "did you mean 'DefaultOptimWrapperConstructor'?",
        ),
        (
            {"param_scheduler.0": {"by_epoch": False, "convert_to_iter_based": True}},
            "param_scheduler.0.convert_to_iter_based",
            "by_epoch=False counts steps already",
        ),
        ({"val_evaluator": None}, "val_evaluator", "val_dataloader and val_cfg need it, or have"),
        ({"test_cfg": None}, "test_cfg", "is missing: test_dataloader and test_evaluator need it"),
        (
            {"train_cfg": None, "train_dataloader": None, "optim_wrapper": None},
            "param_scheduler",
            "acts on optim_wrapper, which is missing",
        ),
        ({"data_preprocessor.type": "ImgDataPreprocessor"}, "data_preprocessor", "takes none"),
    ],
)
def test_what_is_wrong_with_a_key_is_told(changes: dict[str, Any], key: str, said: str) -> None:
    assert said in _found(changed(changes, "frcnn_small_folder"))[key]


def test_a_run_without_validation_is_right() -> None:
    assert _found(changed(NOT_VALIDATED, "frcnn_small_folder")) == {}


@pytest.mark.parametrize("config", [{"data_root": "x"}, {"data_root": "x", "val_dataloader": {}}])
def test_a_data_root_that_no_data_set_takes_is_told(config: dict[str, Any]) -> None:
    assert "no data set of this config takes one" in _found(config)["data_root"]
    assert list(_found(changed({"data_root": "x"}))) == ["data_root"]


def test_the_keys_that_mmengines_runner_reads_are_known() -> None:
    assert {"model", "train_cfg", "visualizer", "model_wrapper_cfg", "reader"} <= known_keys()
    assert not {"self", "cfg", "type"} & known_keys()
