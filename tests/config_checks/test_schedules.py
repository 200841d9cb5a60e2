"""Schedules against the length of the run."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from config_checks.checking import changed, check
from mmengine.hooks import EarlyStoppingHook
from mmengine.optim import scheduler as schedulers
from torch import nn

from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.run_length import run_length
from digitdet.config_checks.schedules import check_schedules
from digitdet.config_checks.trials import check_trials

FIRST = "param_scheduler.0"


def rates(kind: type, length: int, **arguments: Any) -> list[float]:
    """The rates that a scheduler of mmengine's gives in a run, epoch by epoch."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = kind(optimizer, **arguments)
    given = []
    for _ in range(length):
        given.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return given


def falls(values: Sequence[float]) -> bool:
    return all(later <= earlier for earlier, later in itertools.pairwise(values))


def found(scheduler: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What is found in the quickstart, of 6 epochs and 900 steps, with one scheduler."""
    return check(check_schedules, {"param_scheduler": [scheduler], **changes})


@pytest.mark.parametrize("wave", range(1, 14))
@pytest.mark.parametrize("begin", [0, 2])
def test_a_cosine_is_warned_of_just_where_it_rises_again_or_ends_high(
    wave: int, begin: int
) -> None:
    given = rates(schedulers.CosineAnnealingLR, 6, T_max=wave, begin=begin, end=6)
    lowest = (1 + torch.cos(torch.tensor(torch.pi * (6 - begin - 1) / (6 - begin)))) / 2
    is_good = falls(given) and given[-1] <= float(lowest) + 1e-6
    scheduler = {"type": "CosineAnnealingLR", "T_max": wave, "begin": begin}
    problems = found(scheduler)
    assert list(problems) == ([] if is_good else [f"{FIRST}.T_max"])
    assert all(problem.is_warning for problem in problems.values())
    if not is_good:
        word = "stops before its lowest" if falls(given) else "rises again"
        assert word in problems[f"{FIRST}.T_max"].message


def test_a_cosine_by_steps_rises_again_in_the_last_epoch_if_it_is_one_shorter() -> None:
    given = rates(schedulers.CosineAnnealingLR, 60, T_max=50, end=60, by_epoch=False)
    assert not falls(given)
    scheduler = {"type": "CosineAnnealingLR", "T_max": 5, "convert_to_iter_based": True}
    assert list(found(scheduler)) == [f"{FIRST}.T_max"]
    assert not found({**scheduler, "T_max": 6})


@pytest.mark.parametrize("milestones", [[3], [5], [6], [4, 6], [8, 11]])
def test_milestones_are_warned_of_just_where_one_is_not_reached(milestones: list[int]) -> None:
    given = rates(schedulers.MultiStepLR, 6, milestones=milestones, gamma=0.1)
    num_reached = round(-torch.tensor(given[-1]).log10().item())
    problems = found({"type": "MultiStepLR", "milestones": milestones})
    assert bool(problems) == (num_reached < len(milestones))
    assert set(problems) <= {f"{FIRST}.milestones"}


@pytest.mark.parametrize("size", [2, 5, 6, 8])
def test_a_step_size_is_warned_of_just_where_no_step_is_reached(size: int) -> None:
    is_constant = len(set(rates(schedulers.StepLR, 6, step_size=size))) == 1
    assert bool(found({"type": "StepLR", "step_size": size})) == is_constant


@pytest.mark.parametrize(
    ("scheduler", "argument", "said", "is_warning"),
    [
        ({"type": "LinearLR", "begin": 3, "end": 3}, "end", "not after it begins", False),
        ({"type": "LinearLR", "begin": 4, "end": 2}, "end", "ends at 2", False),
        ({"type": "LinearLR", "begin": 6, "end": 9}, "begin", "6 epochs is over", False),
        ({"type": "PolyLR", "begin": 900, "by_epoch": False}, "begin", "900 steps", False),
        ({"type": "LinearLR", "end": 50}, "end", "the run has 6 epochs; write less; for", True),
        ({"type": "LinearLR", "end": 1000, "by_epoch": False}, "end", "900 steps", True),
        ({"type": "LinearLR", "start_factor": 0.1}, "end", "through the whole run", True),
        ({"type": "ConstantLR", "factor": 0.1, "end": 12}, "end", "goes on to 12", True),
        ({"type": "CosineAnnealingLR", "T_max": 6, "by_epoch": False}, "T_max", "steps", True),
        ({"type": "MultiStepLR", "milestones": [3, 5], "by_epoch": False}, "milestones", "", True),
        ({"type": "OneCycleLR", "eta_max": 1.0, "total_steps": 3}, "total_steps", "is over", False),
        ({"type": "OneCycleLR", "eta_max": 1.0, "total_steps": 9}, "total_steps", "stops", True),
        ({"type": "CosineRestartLR", "periods": [2, 3]}, "periods", "5 in all, end before", True),
    ],
)
def test_a_schedule_that_does_not_fit_the_run_is_told(
    scheduler: dict[str, Any], argument: str, said: str, is_warning: bool
) -> None:
    problems = found(scheduler)
    assert list(problems) == [f"{FIRST}.{argument}"]
    problem = problems[f"{FIRST}.{argument}"]
    assert said in problem.message
    assert problem.is_warning == is_warning


@pytest.mark.parametrize(
    "scheduler",
    [
        {"type": "LinearLR", "start_factor": 1.0, "end_factor": 0.01},
        {"type": "LinearLR", "start_factor": 0.1, "end": 1},
        {"type": "LinearLR", "start_factor": 0.1, "end": 50, "by_epoch": False},
        {"type": "CosineAnnealingLR"},
        {"type": "CosineAnnealingLR", "begin": 1, "T_max": 5},
        {"type": "MultiStepLR", "milestones": [4, 5]},
        {"type": "CosineRestartLR", "periods": [2, 4], "restart_weights": [1, 1], "eta_min": 0},
        {"type": "ExponentialLR", "gamma": 0.9},
        {"type": "OneCycleLR", "eta_max": 0.1, "total_steps": 6},
        {"type": "OneCycleLR", "eta_max": 0.1, "total_steps": 6, "convert_to_iter_based": True},
    ],
)
def test_usual_schedules_are_taken(scheduler: dict[str, Any]) -> None:
    assert not found(scheduler)
    assert not check(check_trials, {"param_scheduler": [scheduler]})


def test_steps_are_not_judged_where_the_data_set_does_not_tell_its_size() -> None:
    scheduler = {"type": "LinearLR", "start_factor": 0.1, "end": 10**6, "by_epoch": False}
    assert not check(check_schedules, {"param_scheduler": [scheduler]}, "frcnn_tl3")


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, 6 * 150),
        ({"train_dataloader.batch_size": 7}, 6 * 343),
        ({"train_dataloader.batch_size": 7, "train_dataloader.drop_last": True}, 6 * 342),
        ({"train_dataloader.dataset.indices": 5}, None),
        ({"train_dataloader.batch_size": 0}, None),
    ],
)
def test_steps_of_a_run_are_counted(changes: dict[str, Any], steps: int | None) -> None:
    config = changed(changes)
    assert run_length(config, find_parts(config)).steps == steps


@pytest.mark.parametrize(
    ("changes", "epochs"),
    [
        ({}, (1, 2, 3, 4, 5, 6)),
        ({"train_cfg.val_interval": 4}, (4, 6)),
        ({"train_cfg.val_interval": 9}, (6,)),
        ({"train_cfg.val_begin": 5}, (5, 6)),
        ({"train_cfg.val_begin": 7}, ()),
        ({"train_cfg.val_begin": 0, "train_cfg.val_interval": 3}, (3, 6)),
    ],
)
def test_validations_are_those_of_mmengines_loop(
    changes: dict[str, Any], epochs: tuple[int, ...]
) -> None:
    config = changed(changes)
    assert run_length(config, find_parts(config)).validations == epochs


def test_a_run_that_is_never_validated_is_refused() -> None:
    problems = check(check_schedules, {"train_cfg.val_begin": 7})
    assert list(problems) == ["train_cfg.val_begin"]
    assert not problems["train_cfg.val_begin"].is_warning


def test_one_validation_at_the_end_is_a_warning() -> None:
    problems = check(check_schedules, {"train_cfg.val_interval": 9})
    assert [(p.key, p.is_warning) for p in problems.values()] == [("train_cfg.val_interval", True)]


def test_without_a_validation_nothing_can_be_saved_as_the_best() -> None:
    none = dict.fromkeys(("val_cfg", "val_dataloader", "val_evaluator"))
    assert list(check(check_schedules, none)) == ["default_hooks.checkpoint.save_best"]


@pytest.mark.parametrize("patience", [1, 4, 5, 6])
def test_a_patience_is_warned_of_just_where_it_never_shortens_the_run(patience: int) -> None:
    hook = EarlyStoppingHook("map", patience=patience)
    stops = [hook._check_stop_condition(0.5)[0] for _ in range(6)]
    is_useless = not any(stops[:-1])
    changes = {"custom_hooks": [{"type": "EarlyStoppingHook", "patience": patience}]}
    problems = check(check_schedules, changes)
    assert list(problems) == (["custom_hooks.0.patience"] if is_useless else [])


@pytest.mark.parametrize("patience", [1, 3, 4, 5])
def test_a_plateau_is_warned_of_just_where_it_never_lowers_the_rate(patience: int) -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = schedulers.ReduceOnPlateauLR(optimizer, monitor="map", patience=patience)
    used = []
    for _ in range(6):
        used.append(optimizer.param_groups[0]["lr"])
        scheduler.step({"map": 0.5})
    problems = found({"type": "ReduceOnPlateauLR", "monitor": "map", "patience": patience})
    assert bool(problems) == (len(set(used)) == 1)


def test_a_schedule_that_waits_for_a_validation_is_warned_of_without_one() -> None:
    scheduler = {"type": "ReduceOnPlateauLR", "monitor": "map", "rule": "greater"}
    assert list(found(scheduler, val_cfg=None)) == [
        f"{FIRST}.type",
        "default_hooks.checkpoint.save_best",
    ]
    assert f"{FIRST}.type" not in found(scheduler)
