"""Hooks that stand twice, or are missing."""

import pytest
from config_checks.checking import experiment
from mmengine.config import Config

from digitdet.config_checks.hooks import check_hooks
from digitdet.config_checks.parts import find_parts


def _messages(config: Config) -> dict[str, str]:
    return {problem.key: problem.message for problem in check_hooks(config, find_parts(config))}


def test_the_hooks_of_the_runtime_are_right_and_so_are_further_names() -> None:
    config = experiment()
    config.default_hooks.finite = {"type": "FiniteLossHook"}
    assert _messages(config) == {}


@pytest.mark.parametrize(("name", "meant"), [("ccheckpoint", "checkpoint"), ("loggr", "logger")])
def test_a_mistyped_name_is_told_since_mmengine_adds_its_own_hook_too(
    name: str, meant: str
) -> None:
    config = experiment()
    config.default_hooks[name] = config.default_hooks.pop(meant)
    assert f"did you mean {meant!r}?" in _messages(config)[f"default_hooks.{name}"]


def test_a_second_hook_of_a_kind_is_refused_where_it_would_undo_the_first() -> None:
    config = experiment()
    config.custom_hooks += [{"type": "EMAHook"}, {"type": "EMAHook", "momentum": 0.01}]
    assert _messages(config) == {
        "custom_hooks.2": "EMAHook stands 2 times; leave one",
        "custom_hooks.3": "EMAHook stands 2 times; leave one",
    }


def test_a_training_whose_draws_follow_no_seed_is_warned_of() -> None:
    config = experiment()
    config.default_hooks.sampler_seed.type = "DistSamplerSeedHook"
    (problem,) = check_hooks(config, find_parts(config))
    assert problem.is_warning
    assert "SampleSeedHook" in problem.message
    config.custom_hooks.append({"type": "SampleSeedHook"})
    assert _messages(config) == {}
