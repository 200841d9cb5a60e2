"""A step is tried with copies."""

from typing import Any

import pytest
import torch

from digitdet.preflight.step import Step, check_optimizer, check_step, try_steps
from digitdet.preflight.trial import make_trial


def _step(**changes: Any) -> Step:
    given: dict[str, Any] = dict(
        num_pictures=1,
        losses={"loss": 1.5},
        seconds=0.1,
        saved_bytes=100,
        without_gradient=[],
        not_finite=[],
    )
    return Step(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({}, "ok", "1 picture: loss 1.500"),
        ({"losses": {"loss": float("nan"), "loss_a": 1.0}}, "error", "losses are not finite: loss"),
        ({"not_finite": ["a.weight"]}, "error", "gradients are not finite: a.weight"),
        ({"without_gradient": list("abcde")}, "warning", "5 trained parameters get no gradient"),
    ],
)
def test_a_step_is_judged(changes: Any, status: str, said: str) -> None:
    finding = check_step(_step(**changes))
    assert (finding.status, said in finding.detail) == (status, True), finding.detail


def _train_samples(runner: Any) -> Any:
    from digitdet.preflight.samples import read_samples

    return read_samples("train", runner.train_dataloader, 2, runner.seed)


def test_a_step_leaves_the_model_as_it_was(make_runner: Any) -> None:
    runner = make_runner()
    model = runner.bare_model
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    trial = make_trial(runner)
    step = try_steps(trial, _train_samples(runner))
    assert (step.num_pictures, step.not_finite, step.without_gradient) == (2, [], [])
    assert step.saved_bytes > 0
    assert step.losses["loss"] == pytest.approx(
        sum(value for name, value in step.losses.items() if name != "loss"), rel=1e-5
    )
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.grad is None for parameter in model.parameters())
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    tried = trial.model.state_dict()
    assert any(not torch.equal(value, tried[name]) for name, value in before.items())


def test_what_the_losses_do_not_depend_on_is_named(make_runner: Any) -> None:
    runner = make_runner()
    runner.bare_model.register_parameter("idle", torch.nn.Parameter(torch.zeros(3)))
    step = try_steps(make_trial(runner), _train_samples(runner))
    assert step.without_gradient == ["idle"]


def test_a_model_without_a_loss_to_minimise_is_refused_in_words(make_runner: Any) -> None:
    runner = make_runner()
    runner.bare_model.requires_grad_(False)
    with pytest.raises(ValueError, match="no loss depends on a trained parameter"):
        try_steps(make_trial(runner), _train_samples(runner))


def test_weights_that_are_no_numbers_are_seen(make_runner: Any) -> None:
    runner = make_runner()
    with torch.no_grad():
        runner.bare_model.roi_heads.box_predictor.cls_score.bias[0] = torch.nan
    finding = check_step(try_steps(make_trial(runner), _train_samples(runner)))
    assert finding.status == "error"
    assert "loss_classifier nan" in finding.detail


def test_rates_of_parameter_groups_are_told(make_runner: Any) -> None:
    special = {"backbone": dict(lr_mult=0.1)}
    runner = make_runner(changes={"optim_wrapper.paramwise_cfg": dict(custom_keys=special)})
    finding = check_optimizer(make_trial(runner))
    model = runner.bare_model
    count = sum(p.numel() for p in model.backbone.parameters())
    rest = sum(p.numel() for p in model.parameters()) - count
    assert finding.status == "ok"
    assert f"SGD, rate 0.002: {count:,} parameters" in finding.detail
    assert f"SGD, rate 0.02: {rest:,} parameters" in finding.detail


def test_a_parameter_that_no_group_holds_is_named(make_runner: Any) -> None:
    trial = make_trial(make_runner())
    trial.model.register_parameter("late", torch.nn.Parameter(torch.zeros(3)))
    finding = check_optimizer(trial)
    assert finding.status == "warning"
    assert "no parameter group of the optimizer holds late" in finding.detail
