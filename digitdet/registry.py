"""Registries of digitdet: children of mmengine's, scope ``digitdet``.

mmengine imports this module by its name when it meets the scope. Each registry imports its package
on the first look-up, so importing digitdet stays light.
"""

from collections.abc import Callable
from typing import Any

from mmengine import registry as root
from mmengine.registry import Registry

from digitdet.environment import check_opencv, check_torch

check_torch()
check_opencv()


def _child(
    parent: Registry, package: str | None = None, build_func: Callable[..., Any] | None = None
) -> Registry:
    locations = [f"digitdet.{package}"] if package else []
    return Registry(
        parent.name, build_func=build_func, parent=parent, scope="digitdet", locations=locations
    )


def _build_transform(*args: Any, **kwargs: Any) -> Any:
    from digitdet.transforms.torchvision_v2 import build_transform

    return build_transform(*args, **kwargs)


DATASETS = _child(root.DATASETS, "datasets")
DATA_SAMPLERS = _child(root.DATA_SAMPLERS, "datasets")
FUNCTIONS = _child(root.FUNCTIONS, "datasets")
TRANSFORMS = _child(root.TRANSFORMS, "transforms", _build_transform)
MODELS = _child(root.MODELS, "models")
METRICS = _child(root.METRICS, "evaluation")
HOOKS = _child(root.HOOKS, "hooks")
LOOPS = _child(root.LOOPS, "train_loop")
OPTIMIZERS = _child(root.OPTIMIZERS, "optimizers")
LOG_PROCESSORS = _child(root.LOG_PROCESSORS, "log_processor")
VISBACKENDS = _child(root.VISBACKENDS, "visualization")
VISUALIZERS = _child(root.VISUALIZERS, "visualization")

# Searched by the Runner; digitdet adds nothing of its own to these.
EVALUATOR = _child(root.EVALUATOR)
INFERENCERS = _child(root.INFERENCERS)
MODEL_WRAPPERS = _child(root.MODEL_WRAPPERS)
OPTIM_WRAPPERS = _child(root.OPTIM_WRAPPERS)
OPTIM_WRAPPER_CONSTRUCTORS = _child(root.OPTIM_WRAPPER_CONSTRUCTORS)
PARAM_SCHEDULERS = _child(root.PARAM_SCHEDULERS)
RUNNERS = _child(root.RUNNERS)
RUNNER_CONSTRUCTORS = _child(root.RUNNER_CONSTRUCTORS)
STRATEGIES = _child(root.STRATEGIES)
TASK_UTILS = _child(root.TASK_UTILS)
WEIGHT_INITIALIZERS = _child(root.WEIGHT_INITIALIZERS)

# Of digitdet alone.
BACKBONES = Registry("backbone", scope="digitdet", locations=["digitdet.models"])
READERS = Registry("reader", scope="digitdet", locations=["digitdet.readers"])
