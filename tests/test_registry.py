import warnings

import mmengine.registry
import pytest
import torch
from mmengine.registry import Registry
from torch import nn

import digitdet.registry

ROOTS = sorted(
    name for name, value in vars(mmengine.registry).items() if isinstance(value, Registry)
)
OPTIMIZERS = sorted(
    name
    for name, value in vars(torch.optim).items()
    if isinstance(value, type)
    and issubclass(value, torch.optim.Optimizer)
    and value is not torch.optim.Optimizer
)


def test_the_lists_are_not_empty() -> None:
    assert len(ROOTS) > 15
    assert {"HOOKS", "OPTIMIZERS", "VISBACKENDS"} <= set(ROOTS)
    assert {"SGD", "AdamW", "LBFGS"} <= set(OPTIMIZERS)


@pytest.mark.parametrize("name", ROOTS)
def test_each_registry_of_mmengine_has_a_child(name: str) -> None:
    root, child = getattr(mmengine.registry, name), getattr(digitdet.registry, name)
    assert child.parent is root
    assert child.scope == "digitdet"
    assert child.name == root.name
    assert root.children["digitdet"] is child


@pytest.mark.parametrize("name", ["BACKBONES", "READERS"])
def test_registries_of_digitdet_alone_have_its_scope(name: str) -> None:
    registry = getattr(digitdet.registry, name)
    assert registry.scope == "digitdet"
    assert registry.parent is None


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_of_torch_is_found_by_its_class_name(name: str) -> None:
    assert digitdet.registry.OPTIMIZERS.get(name) is getattr(torch.optim, name)


def test_an_optimizer_is_built_from_a_config() -> None:
    weights = [nn.Parameter(torch.ones(1))]
    config = {"type": "RMSprop", "params": weights, "lr": 0.25}
    optimizer = digitdet.registry.OPTIMIZERS.build(config)
    assert isinstance(optimizer, torch.optim.RMSprop)
    assert optimizer.param_groups[0]["lr"] == 0.25


@pytest.mark.parametrize(
    ("registry", "name"),
    [
        ("BACKBONES", "MobileNetV3FPN"),
        ("BACKBONES", "ResNetFPN"),
        ("BACKBONES", "SlimResNetFPN"),
        ("DATASETS", "CocoDigits"),
        ("DATASETS", "SyntheticDigits"),
        ("FUNCTIONS", "collate"),
        ("HOOKS", "CheckpointHook"),
        ("METRICS", "DigitMetric"),
        ("MODELS", "FasterRCNN"),
        ("READERS", "LeftToRightReader"),
        ("TRANSFORMS", "Resize"),
    ],
)
def test_a_look_up_imports_what_it_needs(registry: str, name: str) -> None:
    found = getattr(digitdet.registry, registry).get(name)
    assert found is not None
    assert found.__name__ == name
    assert found.__module__.startswith(("digitdet.", "torchvision.transforms.v2"))


def test_the_hook_of_digitdet_comes_before_mmengines_of_the_same_name() -> None:
    own = digitdet.registry.HOOKS.get("CheckpointHook")
    assert own is not mmengine.registry.HOOKS.get("CheckpointHook")
    assert digitdet.registry.HOOKS.get("mmengine.CheckpointHook") is mmengine.registry.HOOKS.get(
        "CheckpointHook"
    )


def test_a_name_that_is_not_registered_is_an_error() -> None:
    with pytest.raises(KeyError, match="NoSuchReader"):
        digitdet.registry.READERS.build({"type": "NoSuchReader"})


def test_looking_up_in_the_scope_gives_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = mmengine.registry.HOOKS.get("digitdet.EvaluationHook")
    assert found.__module__ == "digitdet.hooks.evaluation_hook"
