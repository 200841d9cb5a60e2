"""Groups of parameters with a rate of their own."""

from typing import Any

import pytest
from config_checks.checking import check, experiment
from mmengine.optim import build_optim_wrapper

from digitdet.config_checks.parameter_groups import check_parameter_groups
from digitdet.config_checks.parts import find_parts
from digitdet.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS

GROUPS = "optim_wrapper.paramwise_cfg"


def found(keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What is found with these custom keys; ``trainable`` stages of the backbone, if given."""
    return check(check_parameter_groups, {GROUPS: {"custom_keys": keys}, **changes})


@pytest.mark.parametrize("keys", [{}, {"backbone": {"lr_mult": 0.1}}, {"fpn": {"decay_mult": 0}}])
def test_groups_that_are_in_the_model_are_taken(keys: dict[str, Any]) -> None:
    assert not found(keys)


@pytest.mark.parametrize(
    ("groups", "missing"),
    [
        ({}, []),
        ({"bias_lr_mult": 2.0}, ["lr"]),
        ({"norm_decay_mult": 0.0}, ["weight_decay"]),
        ({"custom_keys": {"backbone": {"decay_mult": 0}}}, ["lr", "weight_decay"]),
        ({"custom_keys": {"backbone": {"weight_decay": 0}}}, ["lr"]),
    ],
)
def test_what_a_factor_multiplies_has_to_be_stated(
    groups: dict[str, Any], missing: list[str]
) -> None:
    config = experiment()
    config.optim_wrapper = {"optimizer": {"type": "Adam"}, "paramwise_cfg": groups}
    found = check_parameter_groups(config, find_parts(config))
    assert [problem.key for problem in found] == [f"optim_wrapper.optimizer.{n}" for n in missing]
    try:
        build_optim_wrapper(MODELS.build(config.model), config.optim_wrapper)
    except (TypeError, ValueError):  # mmengine's own words are "base_wd should not be None"
        assert missing
    else:
        assert not missing


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("bakbone", "did you mean 'backbone'?"),
        ("backbone.steem", "did you mean 'backbone.stem'?"),
        ("bbox_head", "no parameter of the model has 'bbox_head' in its name"),
        ("transformer", "its parts are backbone, roi_heads, rpn"),
    ],
)
def test_a_group_that_matches_no_parameter_is_refused(key: str, said: str) -> None:
    problems = found({key: {"lr_mult": 0.1}})
    assert list(problems) == [f"{GROUPS}.custom_keys.{key}"]
    problem = problems[f"{GROUPS}.custom_keys.{key}"]
    assert said in problem.message
    assert not problem.is_warning


def test_a_group_of_frozen_parameters_alone_is_a_warning() -> None:
    keys = {"backbone.stem": {"lr_mult": 0.1}, "backbone": {"lr_mult": 0.1}}
    assert not found(keys)
    problems = found(keys, **{"model.trainable_backbone_stages": 2})
    assert [(p.key, p.is_warning) for p in problems.values()] == [
        (f"{GROUPS}.custom_keys.backbone.stem", True)
    ]


def test_a_group_of_which_longer_names_take_all_is_a_warning() -> None:
    keys = {"backbone": {"lr_mult": 0.1}, "backbone.": {"lr_mult": 0.2}}
    problems = found(keys)
    place = f"{GROUPS}.custom_keys.backbone"
    assert [(p.key, p.is_warning) for p in problems.values()] == [(place, True)]
    assert "'backbone.', take all" in problems[place].message


def test_names_match_as_mmengine_matches_them() -> None:
    keys = {"backbone": {"lr_mult": 0.5}, "backbone.stem": {"lr_mult": 0.25}, "s": {"lr_mult": 1}}
    config = experiment()
    wrapper = OPTIM_WRAPPER_CONSTRUCTORS.get("DefaultOptimWrapperConstructor")(
        {"type": "OptimWrapper", "optimizer": config.optim_wrapper.optimizer},
        {"custom_keys": keys},
    )(MODELS.build(config.model))
    rates = {round(group["lr"] / 0.02, 6) for group in wrapper.param_groups}
    assert rates == {0.5, 0.25, 1.0}  # each key has parameters
    assert not found(keys)


@pytest.mark.parametrize(
    ("groups", "place"),
    [
        ({"bias_lr_mult": -1.0}, "bias_lr_mult"),
        ({"norm_decay_mult": float("nan")}, "norm_decay_mult"),
        ({"custom_keys": {"backbone": {"lr_mult": -0.1}}}, "custom_keys.backbone.lr_mult"),
        ({"custom_keys": {"backbone": {"lr": -0.1}}}, "custom_keys.backbone.lr"),
    ],
)
def test_a_negative_factor_is_refused(groups: dict[str, Any], place: str) -> None:
    problems = check(check_parameter_groups, {GROUPS: groups})
    assert list(problems) == [f"{GROUPS}.{place}"]


def test_a_module_to_freeze_that_the_model_has_not_is_refused() -> None:
    hook = {"type": "FreezeHook", "modules": ["backbone", "backbone.stemm"]}
    problems = check(check_parameter_groups, {"custom_hooks": [hook]})
    assert list(problems) == ["custom_hooks.0.modules.1"]
    assert "did you mean 'backbone.stem'?" in problems["custom_hooks.0.modules.1"].message


def test_names_are_not_judged_where_the_model_is_not_known() -> None:
    problems = found({"anything": {"lr_mult": 0.1}}, **{"model.type": "SomebodysModel"})
    assert not problems
