"""All checks of a config together."""

from typing import Any

import pytest
from config_checks.checking import changed
from mmengine.config import Config

from digitdet.config_checks.all_checks import find_problems

# One change for each kind of check -> the key that it is told at.
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"train_datalaoder": {}}, "train_datalaoder"),
    ({"model.type": "FasterRCN"}, "model.type"),
    ({"model.min_sizee": 3}, "model.min_sizee"),
    ({"model.min_size": "3"}, "model.min_size"),
    ({"randomness.sed": 3}, "randomness.sed"),
    ({"optim_wrapper.optimizer.lr": -1.0}, "optim_wrapper.optimizer.lr"),
    ({"default_hooks.checkpoint.save_best": "mapp"}, "default_hooks.checkpoint.save_best"),
    ({"param_scheduler.1.begin": 30}, "param_scheduler.1.begin"),
    ({"model.num_classes": 4}, "model.num_classes"),
    (
        {"val_dataloader.dataset.transforms": [{"type": "RandomCrop", "size": 9}]},
        "val_dataloader.dataset.transforms.0",
    ),
    (
        {"optim_wrapper.paramwise_cfg.custom_keys.bakbone.lr_mult": 0.1},
        "optim_wrapper.paramwise_cfg.custom_keys.bakbone",
    ),
    ({"model.anchor_sizes": []}, "model.anchor_sizes"),
]


def _told(changes: dict[str, Any]) -> list[str]:
    problems = find_problems(changed(changes), {}, {})
    return [problem.key for problem in problems if not problem.is_warning]


def test_nothing_is_wrong_with_an_empty_config() -> None:
    assert find_problems(Config({}), {}, {}) == []


@pytest.mark.parametrize(("changes", "key"), MISTAKES, ids=[key for _, key in MISTAKES])
def test_a_mistake_of_each_kind_is_told_once(changes: dict[str, Any], key: str) -> None:
    assert _told(changes) == [key]


def test_all_mistakes_are_told_at_once_by_key() -> None:
    together = [mistake for mistake in MISTAKES if not mistake[1].startswith(("model", "optim"))]
    changes = {key: value for change, _ in together for key, value in change.items()}
    assert _told(changes) == sorted(key for _, key in together)


def test_a_value_that_an_override_leaves_behind_is_a_warning() -> None:
    config = changed({"train_cfg.max_epochs": 12})
    overrides, before = {"train_cfg.max_epochs": 12}, {"train_cfg.max_epochs": 6}
    problems = find_problems(config, overrides, before)
    assert {problem.key for problem in problems} == {"param_scheduler.1.T_max"}
    assert all(problem.is_warning for problem in problems)


def test_what_is_handed_on_is_judged_where_it_is_stated() -> None:
    config = changed({"reader.score_treshold": 0.3})
    for metric in (*config.val_evaluator, *config.test_evaluator):
        if metric.type == "NumberMetric":
            metric.reader = config.reader
    assert [problem.key for problem in find_problems(config, {}, {})] == ["reader.score_treshold"]
    config.val_evaluator[1].reader = {"type": "LineReader", "other": 1}
    assert [problem.key for problem in find_problems(config, {}, {})] == [
        "reader.score_treshold",
        "val_evaluator.1.reader.other",
    ]
