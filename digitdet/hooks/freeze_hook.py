"""Keeps parts of a model as they are."""

from collections.abc import Sequence
from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from digitdet.config_checks.problems import suggest
from digitdet.registry import HOOKS


@HOOKS.register_module()
class FreezeHook(Hook):
    """Freezes modules for the first epochs, or for good: parameters and BatchNorm statistics.

    What the model froze by itself (`trainable_backbone_stages`) stays frozen afterwards.

    Args:
        modules: Names of modules, such as ``"backbone"`` or ``"roi_heads.box_head"``; all that is
            below them is frozen.
        num_epochs: How many epochs they are frozen for; None for all.

    Raises:
        ValueError: If no module is named, or ``num_epochs`` is not positive.
    """

    def __init__(self, modules: Sequence[str], num_epochs: int | None = None) -> None:
        if isinstance(modules, str) or not modules:
            raise ValueError(
                "FreezeHook: modules is a list of names of modules, such as ['backbone'], "
                f"got {modules!r}"
            )
        if num_epochs is not None and num_epochs < 1:
            raise ValueError(f"FreezeHook: num_epochs is 1 or more, got {num_epochs!r}")
        self.names = list(modules)
        self.num_epochs = num_epochs
        self._parameters: list[nn.Parameter] = []  # those that this hook froze
        self._norms: list[nn.Module] = []

    def before_train(self, runner: Runner) -> None:
        """Find the modules."""
        self.check_run(runner)
        parts = [_find(runner.bare_model, name) for name in self.names]
        self._parameters = [p for part in parts for p in part.parameters() if p.requires_grad]
        self._norms = [m for part in parts for m in part.modules() if isinstance(m, _BatchNorm)]

    def check_run(self, runner: Runner) -> None:
        """Refuse a model without the modules, or without anything else to train.

        Raises:
            ValueError: If a name is of no module, or nothing would be left.
        """
        model = runner.bare_model
        frozen = {id(p) for name in self.names for p in _find(model, name).parameters()}
        if all(id(p) in frozen for p in model.parameters() if p.requires_grad):
            raise ValueError(f"FreezeHook: {self.names} leave nothing to train; name fewer modules")

    def before_train_epoch(self, runner: Runner) -> None:
        """Freeze, or let go."""
        trainable = not self._is_on(runner)
        if any(p.requires_grad != trainable for p in self._parameters):
            for parameter in self._parameters:
                parameter.requires_grad_(trainable)
                parameter.grad = None
            if is_model_wrapper(runner.model):  # it settles which parameters it waits for
                wrapper = runner.cfg.get("model_wrapper_cfg")
                runner.model = runner.wrap_model(wrapper, runner.bare_model)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """Keep BatchNorm layers in evaluation; the loop sets them to training in each epoch."""
        if self._is_on(runner):
            for norm in self._norms:
                norm.eval()

    def _is_on(self, runner: Runner) -> bool:
        return self.num_epochs is None or runner.epoch < self.num_epochs


def _find(model: nn.Module, name: str) -> nn.Module:
    modules = dict(model.named_modules())
    if not name or name not in modules:
        raise ValueError(f"FreezeHook: the model has no module {name!r}{suggest(name, modules)}")
    return modules[name]
