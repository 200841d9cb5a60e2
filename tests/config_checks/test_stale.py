"""Copies of a value that an override leaves as they were."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest
from config_checks.checking import experiment

from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.problems import Problem
from digitdet.config_checks.stale import check_stale

EPOCHS = "train_cfg.max_epochs"
SAVE_BEST = "default_hooks.checkpoint.save_best"
KEY = "reader.score_threshold"
MONITOR = {"type": "EarlyStoppingHook", "monitor": "map"}


def value_of(config: Any, key: str) -> Any:
    for name in key.split("."):
        config = config[int(name)] if isinstance(config, list) else config.get(name)
    return copy.deepcopy(config)


def found(
    overrides: dict[str, Any], own: dict[str, Any] | None = None, name: str = "quickstart"
) -> dict[str, Problem]:
    """What overrides leave behind, in an experiment that states ``own`` as well."""
    config = experiment(name)
    config.merge_from_dict(own or {})
    before = {key: value for key in overrides if (value := value_of(config, key)) is not None}
    config.merge_from_dict(copy.deepcopy(overrides))
    problems = check_stale(config, find_parts(config), overrides, before)
    assert all(problem.is_warning for problem in problems)
    return {problem.key: problem for problem in problems}


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {EPOCHS: 6},
        {EPOCHS: 8, "param_scheduler.1.T_max": 8},
        {"model.min_size": 128},
        {"work_dir": "x"},
        {SAVE_BEST: None, "custom_hooks.0.metric": "map_50"},
    ],
)
def test_overrides_that_leave_nothing_behind_are_taken(overrides: dict[str, Any]) -> None:
    assert not found(overrides)


@pytest.mark.parametrize("name", ["quickstart", "synthetic_compact", "frcnn_small_folder"])
def test_the_length_of_the_cosine_is_named_with_both_values(name: str) -> None:
    config = experiment(name)
    old, last = config.train_cfg.max_epochs, len(config.param_scheduler) - 1
    problems = found({EPOCHS: 3}, name=name)
    assert list(problems) == [f"param_scheduler.{last}.T_max"]
    message = problems[f"param_scheduler.{last}.T_max"].message
    assert f"still {old}, which fitted train_cfg.max_epochs={old}, but that is now 3" in message
    assert f"override param_scheduler.{last}.T_max too" in message


def test_an_override_within_a_dict_is_looked_at_as_well() -> None:
    assert list(found({"train_cfg": {"max_epochs": 3}})) == ["param_scheduler.1.T_max"]


@pytest.mark.parametrize(
    ("scheduler", "argument"),
    [
        ({"type": "LinearLR", "end": 6, "end_factor": 0.1, "start_factor": 1.0}, "end"),
        ({"type": "CosineAnnealingLR", "begin": 1, "T_max": 5}, "T_max"),
        ({"type": "CosineRestartLR", "periods": [2, 4]}, "periods"),
        ({"type": "MultiStepLR", "milestones": [3, 5]}, "milestones"),
    ],
)
def test_other_lengths_of_the_old_run_are_found(scheduler: dict[str, Any], argument: str) -> None:
    problems = found({EPOCHS: 4}, {"param_scheduler": [scheduler]})
    assert list(problems) == [f"param_scheduler.0.{argument}"]


@pytest.mark.parametrize(
    "scheduler",
    [
        {"type": "LinearLR", "end": 6, "by_epoch": False},
        {"type": "MultiStepLR", "milestones": [2, 3]},
        {"type": "StepLR", "step_size": 2},
    ],
)
def test_lengths_that_still_fit_are_left_alone(scheduler: dict[str, Any]) -> None:
    assert not found({EPOCHS: 4}, {"param_scheduler": [scheduler]})


def test_a_validation_after_the_last_epoch_alone_follows_the_run() -> None:
    problems = found({EPOCHS: 12, "param_scheduler.1.T_max": 12}, {"train_cfg.val_interval": 6})
    assert list(problems) == ["train_cfg.val_interval"]


def test_a_data_set_with_a_folder_of_its_own_is_not_reached_by_the_top_levels() -> None:
    own = {"val_dataloader.dataset.data_root": "elsewhere"}
    problems = found({"data_root": "here"}, own, "frcnn_tl3")
    assert list(problems) == ["val_dataloader.dataset.data_root"]
    message = problems["val_dataloader.dataset.data_root"].message
    assert "'elsewhere'" in message
    assert "'here'" in message
    assert not found({"model.min_size": 300}, own, "frcnn_tl3")


def test_a_metric_with_a_reader_of_its_own_is_not_reached_by_the_top_levels() -> None:
    config = experiment()
    config.reader.score_threshold = 0.4
    for evaluator in (config.val_evaluator, config.test_evaluator):
        evaluator[1].reader = config.reader
    config.val_evaluator[1].reader = {"type": "LeftToRightReader"}
    problems = check_stale(config, find_parts(config), {KEY: 0.4}, {})
    assert [problem.key for problem in problems] == ["val_evaluator.1.reader"]


@pytest.mark.parametrize(
    ("overrides", "stale"),
    [
        ({SAVE_BEST: "number_accuracy"}, ["custom_hooks.0.metric", "custom_hooks.1.monitor"]),
        (
            {SAVE_BEST: "number_accuracy", "custom_hooks.0.metric": "number_accuracy"},
            ["custom_hooks.1.monitor"],
        ),
        ({"custom_hooks.0.metric": "map_50"}, [SAVE_BEST, "custom_hooks.1.monitor"]),
    ],
)
def test_figures_that_decided_together_are_named(
    overrides: dict[str, Any], stale: Sequence[str]
) -> None:
    own = {"custom_hooks": [{"type": "EvaluationHook", "metric": "map"}, MONITOR]}
    assert set(found(overrides, own)) == set(stale)


def test_a_number_of_scenes_that_was_all_of_them_is_named() -> None:
    dataset = "train_dataloader.dataset"
    problems = found({f"{dataset}.num_scenes": 100}, {f"{dataset}.indices": 2400})
    assert list(problems) == [f"{dataset}.indices"]


def test_the_other_evaluator_measures_as_before() -> None:
    own = {"val_evaluator.1.truth": "file", "test_evaluator.1.truth": "file"}
    assert list(found({"val_evaluator.1.truth": "left"}, own)) == ["test_evaluator.1.truth"]
    both = {"val_evaluator.1.truth": "left", "test_evaluator.1.truth": "left"}
    assert not found(both, own)
