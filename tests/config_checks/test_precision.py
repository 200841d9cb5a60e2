"""Mixed precision: its type, and how losses are scaled."""

from typing import Any

import pytest
from config_checks.checking import check

from digitdet.config_checks.precision import check_precision

MIXED = {"optim_wrapper.type": "AmpOptimWrapper"}


def test_a_run_without_mixed_precision_states_nothing_of_it() -> None:
    assert not check(check_precision, {})


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"dtype": None},
        {"dtype": "bfloat16"},
        {"dtype": "float16", "loss_scale": "dynamic"},
        {"loss_scale": 512.0},
        {"loss_scale": {}},
        {"loss_scale": {"init_scale": 1024.0, "growth_interval": 100}},
    ],
)
def test_what_the_wrapper_takes_is_accepted(stated: dict[str, Any]) -> None:
    values = {f"optim_wrapper.{key}": value for key, value in stated.items()}
    assert not check(check_precision, {**MIXED, **values})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("dtype", "bf16", "write 'bfloat16' or 'float16', not 'bf16'"),
        ("dtype", "float32", "not 'float32'"),
        ("loss_scale", 512, "write 512.0"),
        ("loss_scale", -1.0, "above 0, not -1.0"),
        ("loss_scale", "static", "not 'static'"),
        ("loss_scale", True, "not True"),
        ("loss_scale.init_scal", 2.0, "no 'init_scal'; did you mean 'init_scale'"),
    ],
)
def test_what_it_does_not_take_is_told_before_the_run(key: str, value: Any, said: str) -> None:
    problems = check(check_precision, {**MIXED, f"optim_wrapper.{key}": value})
    assert list(problems) == [f"optim_wrapper.{key}"]
    assert said in problems[f"optim_wrapper.{key}"].message
