"""What schedules do to the rate."""

from typing import Any

import pytest
from config_checks.checking import check

from digitdet.config_checks.rates import check_rates

FIRST = "param_scheduler.0"


def test_a_run_without_schedules_needs_nothing_that_moves_them() -> None:
    none = {"param_scheduler": [], "default_hooks.param_scheduler": None}
    assert not check(check_rates, none)


def test_schedules_that_no_hook_moves_are_refused() -> None:
    hook = "default_hooks.param_scheduler"
    found = check(check_rates, {hook: None})
    assert list(found) == [hook]
    assert "no schedule moves" in found[hook].message
    assert not found[hook].is_warning
    in_another_place = [{"type": "ParamSchedulerHook"}]
    assert not check(check_rates, {hook: None, "custom_hooks": in_another_place})


@pytest.mark.parametrize(
    ("scheduler", "argument", "said", "is_warning"),
    [
        ({"type": "CosineAnnealingLR", "eta_min": 0.05}, "eta_min", "less than the rate", False),
        ({"type": "PolyLR", "eta_min": 0.02}, "eta_min", "0.02, not 0.02", False),
        ({"type": "MultiStepLR", "milestones": [3], "gamma": 10}, "gamma", "1: 0.1", True),
        ({"type": "ExponentialLR", "gamma": 1.25}, "gamma", "than 1: 0.8", True),
        ({"type": "StepMomentum", "step_size": 2, "gamma": 2}, "gamma", "by 2", True),
    ],
)
def test_a_rate_that_rises_where_it_is_to_fall_is_told(
    scheduler: dict[str, Any], argument: str, said: str, is_warning: bool
) -> None:
    problems = check(check_rates, {"param_scheduler": [scheduler]})
    assert list(problems) == [f"{FIRST}.{argument}"]
    assert said in problems[f"{FIRST}.{argument}"].message
    assert problems[f"{FIRST}.{argument}"].is_warning == is_warning


@pytest.mark.parametrize(
    "scheduler",
    [
        {"type": "CosineAnnealingMomentum", "eta_min": 0.85},
        {"type": "CosineAnnealingLR", "eta_min": 0.0199},
        {"type": "ExponentialLR", "gamma": 1.0},
        {"type": "StepLR", "step_size": 2},
    ],
)
def test_usual_rates_are_taken(scheduler: dict[str, Any]) -> None:
    assert not check(check_rates, {"param_scheduler": [scheduler]})
