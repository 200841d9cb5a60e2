"""Dicts that are read key by key."""

from typing import Any

import pytest
import torch
from config_checks.checking import changed, experiment
from mmengine.optim import DefaultOptimWrapperConstructor
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import DataLoader

from digitdet.config_checks.arguments import check_arguments
from digitdet.config_checks.parts import find_parts
from digitdet.config_checks.settings import GROUPS, LOADER, RANDOMNESS, calls_of_settings
from digitdet.config_checks.signatures import signature_of
from digitdet.config_checks.values import check_values

CLIPPING = "optim_wrapper.clip_grad"
GROUP = "optim_wrapper.paramwise_cfg"


def _found(config: Any) -> dict[str, str]:
    parts = find_parts(config)
    calls = calls_of_settings(config, parts)
    problems = [*check_arguments(calls), *check_values(calls, parts, {})]
    return {problem.key: problem.message for problem in problems}


@pytest.mark.parametrize("name", ["quickstart", "frcnn_tl3", "frcnn_folder_and_scenes"])
def test_nothing_is_found_in_an_experiment(name: str) -> None:
    assert _found(experiment(name)) == {}


@pytest.mark.parametrize("config", [{}, {"randomness": 3, "env_cfg": None, "train_dataloader": []}])
def test_what_is_no_dict_is_passed_over(config: dict[str, Any]) -> None:
    assert _found(config) == {}


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"randomness.sed": 3}, "randomness.sed", "takes no `sed`; did you mean 'seed'?"),
        ({"randomness.seed": "x"}, "randomness.seed", "a whole number (int) or None"),
        ({"randomness": {"_delete_": True}}, "randomness.seed", "is missing"),
        ({"env_cfg.cudnn": True}, "env_cfg.cudnn", "env_cfg takes no `cudnn`; it takes"),
        ({"env_cfg.mp_cfg.mp_start_method": "frok"}, "env_cfg.mp_cfg.mp_start_method", "'spawn'"),
        ({"auto_scale_lr.enabled": True}, "auto_scale_lr.enabled", "did you mean 'enable'?"),
        ({"custom_imports.import": "x"}, "custom_imports.import", "did you mean 'imports'?"),
        ({"custom_imports.imports": 3}, "custom_imports.imports", "is 3, but it takes a text"),
        ({"train_dataloader.num_worker": 2}, "train_dataloader.num_worker", "mean 'num_workers'?"),
        ({"train_dataloader.batch_size": 8.0}, "train_dataloader.batch_size", "is 8.0"),
        ({"train_dataloader.pin_memory": 1}, "train_dataloader.pin_memory", "True or False"),
        ({"train_dataloader": {"_delete_": True}}, "train_dataloader.dataset", "is missing"),
        ({"train_dataloader": {"_delete_": True}}, "train_dataloader.sampler", "is missing"),
        (
            {"train_dataloader": {"_delete_": True, "batch_sampler": {"type": "A"}}},
            "train_dataloader.batch_size",
            "is missing, and train_dataloader needs it",
        ),
        ({f"{CLIPPING}.max_nrm": 3}, f"{CLIPPING}.max_nrm", "did you mean 'max_norm'?"),
        ({f"{CLIPPING}.max_norm": "3"}, f"{CLIPPING}.max_norm", "is '3'"),
        ({f"{CLIPPING}.type": "nrm"}, f"{CLIPPING}.type", "one of 'norm', 'value'"),
        ({f"{CLIPPING}.type": "value"}, f"{CLIPPING}.max_norm", "clip_grad takes no `max_norm`"),
        ({CLIPPING: {"_delete_": True}}, f"{CLIPPING}.max_norm", "is missing"),
        ({f"{GROUP}.custom_key": {}}, f"{GROUP}.custom_key", "did you mean 'custom_keys'?"),
        ({f"{GROUP}.norm_decay_mult": "0"}, f"{GROUP}.norm_decay_mult", "takes a number (float)"),
        ({f"{GROUP}.custom_keys.a": 0.1}, f"{GROUP}.custom_keys.a", "it takes a dict"),
        ({f"{GROUP}.custom_keys.a.lr_mul": 1}, f"{GROUP}.custom_keys.a.lr_mul", "'lr_mult'?"),
        ({f"{GROUP}.custom_keys.a.lr_mult": "1"}, f"{GROUP}.custom_keys.a.lr_mult", "is '1'"),
        ({f"{GROUP}.custom_keys.a.betas": 1}, f"{GROUP}.custom_keys.a.betas", "takes no `betas`"),
    ],
)
def test_a_key_or_value_that_is_not_taken_is_told(
    changes: dict[str, Any], key: str, said: str
) -> None:
    assert said in _found(changed(changes, "frcnn_small_folder"))[key]


@pytest.mark.parametrize(
    "changes",
    [
        {"env_cfg.dist_cfg": {"backend": "nccl", "timeout": 1800}, "env_cfg.resource_limit": 9},
        {"train_dataloader.sampler": None, "train_dataloader.num_batch_per_epoch": 3},
        {CLIPPING: {"_delete_": True, "type": "value", "clip_value": 1.0}},
        {CLIPPING: None},
        {f"{GROUP}.custom_keys.a": {"lr_mult": 0, "momentum": 0.5, "weight_decay": 0.0}},
        {"optim_wrapper": {"constructor": "Own", "clip_grad": {"x": 1}, "paramwise_cfg": {"x": 1}}},
    ],
)
def test_what_is_taken_is_taken(changes: dict[str, Any]) -> None:
    assert _found(changed(changes, "frcnn_small_folder")) == {}


def test_the_names_are_those_that_mmengine_reads() -> None:
    assert set(RANDOMNESS.parameters) == set(signature_of(Runner.set_randomness).parameters) - {
        "self"
    }
    assert RANDOMNESS.required() == ["seed"]
    # Each name of a loader beside the DataLoader's own is taken out by mmengine.
    loader = {"dataset": [1, 2], "sampler": None, "num_batch_per_epoch": 1, "batch_size": 1}
    built = Runner.build_dataloader({**loader, "disable_subprocess_warning": True}, seed=0)
    assert isinstance(built, DataLoader)
    assert set(LOADER.parameters) == {"num_batch_per_epoch", "disable_subprocess_warning"}


@pytest.mark.parametrize("name", [name for name in GROUPS.parameters if name.endswith("_mult")])
def test_a_factor_of_a_group_is_read_by_mmengine(name: str) -> None:
    read = set()

    class Recorded(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            read.add(key)
            return super().get(key, default)

    optimizer = {"type": "SGD", "lr": 0.1, "weight_decay": 0.1}
    groups = Recorded({name: 0.5})
    maker = DefaultOptimWrapperConstructor({"optimizer": optimizer}, groups)
    maker(nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1)).to(torch.float32))
    assert name in read
