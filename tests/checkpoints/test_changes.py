"""What differs between two configs."""

import json
from typing import Any

import pytest

from digitdet.checkpoints.changes import find_changes


def changes(then: Any, now: Any) -> list[str]:
    return [str(change) for change in find_changes(json.dumps(then), json.dumps(now))]


def test_equal_configs_differ_in_nothing() -> None:
    config = {"a": {"b": [1, {"c": None}]}, "work_dir": "x"}
    assert changes(config, config) == []


@pytest.mark.parametrize("unknown", [({}, {"a": 1}), ({"a": 1}, {})])
def test_nothing_is_said_of_a_config_that_is_not_known(unknown: Any) -> None:
    assert changes(*unknown) == []


def test_each_value_is_told_by_its_key() -> None:
    then = {
        "train_cfg": {"max_epochs": 3},
        "pipeline": [{"type": "A", "p": 0.5}, {"type": "B"}],
        "gone": {"x": [1]},
        "same": 1.0,
    }
    now = {
        "train_cfg": {"max_epochs": 6, "val_interval": 2},
        "pipeline": [{"type": "A", "p": 0.25}, {"type": "B"}, {"type": "C"}],
        "same": 1.0,
    }
    assert changes(then, now) == [
        "train_cfg.max_epochs: 3 -> 6",
        "train_cfg.val_interval: not set -> 2",
        "pipeline.0.p: 0.5 -> 0.25",
        'pipeline.2: not set -> {"type": "C"}',
        'gone: {"x": [1]} -> not set',
    ]


def test_long_values_are_shortened() -> None:
    (line,) = changes({"a": "x" * 500}, {"a": "y"})
    assert len(line) < 90
    assert line.endswith('... -> "y"')


def test_where_a_run_is_and_begins_does_not_count() -> None:
    then = {"work_dir": "a", "load_from": None, "resume": False, "launcher": "none"}
    now = {"work_dir": "b", "load_from": "c", "resume": True, "launcher": "slurm"}
    model = ({"model": {"weights": "COCO_V1", "x": 1}}, {"model": {"weights": None, "x": 1}})
    assert changes({**then, **model[0]}, {**now, **model[1]}) == []


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("optim_wrapper.optimizer.lr", "held"),
        ("optim_wrapper.optimizer.betas.0", "held"),
        ("optim_wrapper.generator.optimizer.lr", "held"),
        ("optim_wrapper.paramwise_cfg.norm_decay_mult", "held"),
        ("param_scheduler.1.T_max", "held"),
        ("param_scheduler.0.milestones.1", "held"),
        ("randomness.seed", "held"),
        ("auto_scale_lr.base_batch_size", "held"),
        ("optim_wrapper.optimizer.type", "refused"),
        ("optim_wrapper.generator.optimizer.type", "refused"),
        ("param_scheduler.0.type", "refused"),
        ("optim_wrapper.clip_grad.max_norm", ""),
        ("optim_wrapper.accumulative_counts", ""),
        ("optim_wrapper.optimizer.fused", ""),  # decides how, not what
        ("optim_wrapper.generator.optimizer.foreach", ""),
        ("optim_wrapper.type", ""),
        ("train_cfg.max_epochs", ""),
        ("randomness.deterministic", ""),
        ("model.optimizer.lr", ""),
    ],
)
def test_what_the_checkpoints_state_holds_is_told_from_what_has_an_effect(
    key: str, effect: str
) -> None:
    then: Any = 1
    now: Any = 2
    for name in reversed(key.split(".")):
        # A list of that many items, the last of which differs.
        then, now = (
            [*[0] * int(name), value] if name.isdecimal() else {name: value}
            for value in (then, now)
        )
    (change,) = find_changes(json.dumps(then), json.dumps(now))
    assert change.key == key
    assert change.effect == effect
