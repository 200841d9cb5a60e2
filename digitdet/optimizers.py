"""All optimizers of ``torch.optim`` by class name, and how those of a run compute.

mmengine registers most of them, but keeps the name of some for other packages' classes.
"""

import inspect
from typing import Any

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import nn, optim
from torch.optim import Optimizer

from digitdet.registry import OPTIMIZERS

for _value in list(vars(optim).values()):
    if inspect.isclass(_value) and Optimizer in _value.__mro__[1:]:
        OPTIMIZERS.register_module(module=_value)

# torch has one kernel for a whole step of these, on these devices, in all versions from 2.6 on.
FUSED = (optim.SGD, optim.Adam, optim.AdamW)
FUSED_DEVICES = ("cpu", "cuda")
# Arguments that say how a step is computed, not what it gives.
IMPLEMENTATION = ("fused", "foreach")


def optimizers_of(wrapper: OptimWrapper | OptimWrapperDict) -> list[Optimizer]:
    """Return the optimizers that a run's wrapper holds; almost always one."""
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return [part.optimizer for part in wrappers]


def use_fused(optimizer: Optimizer) -> None:
    """Let an optimizer compute its step by one kernel, where torch has one for its parameters.

    The result differs from that of torch's loop over the parameters by rounding. Groups for which
    ``fused`` or ``foreach`` was given keep it. A state that is loaded may be of any
    implementation: the optimizer keeps its own.

    Args:
        optimizer: Before its first step; it is changed in place.
    """
    if any(name in optimizer.defaults for name in IMPLEMENTATION):
        optimizer.register_load_state_dict_pre_hook(_with_own_implementation)
    if type(optimizer) not in FUSED:
        return
    for group in optimizer.param_groups:
        if group["fused"] is None and group["foreach"] is None and _fits(group):
            group["fused"] = True
    if isinstance(optimizer, optim.SGD):
        begin = _BeginMomentum(optimizer)
        optimizer.register_step_pre_hook(begin)
        optimizer.register_load_state_dict_post_hook(begin.look_at_all)


def _fits(group: dict[str, Any]) -> bool:
    """Whether the kernel takes all parameters of a group, and begins with any of them."""
    if group["differentiable"] or group.get("dampening"):
        return False
    return all(
        p.is_floating_point() and p.device.type in FUSED_DEVICES and _is_dense(p)
        for p in group["params"]
    )


def _is_dense(parameter: nn.Parameter) -> bool:
    """Whether a parameter fills its memory, in any order: gradients lie in the same order then.

    That of a CPU goes through the memory of both, and would mix them up else.
    """
    return torch.empty_like(parameter, device="meta").stride() == parameter.stride()


def _with_own_implementation(optimizer: Optimizer, state: dict[str, Any]) -> dict[str, Any]:
    """Return a state to load, with the implementation of the optimizer that loads it."""
    groups = [
        {**group, **{name: own[name] for name in IMPLEMENTATION if name in own}}
        for group, own in zip(state["param_groups"], optimizer.param_groups, strict=False)
    ]
    # Another number of groups is for torch to refuse.
    return {**state, "param_groups": groups + state["param_groups"][len(groups) :]}


class _BeginMomentum:
    """Begins momentum at zero, which gives the first step that torch's loop makes of none.

    The kernel takes a momentum of all parameters or of none. A module that was frozen at first,
    or whose first gradients were skipped, has none yet where others have. Each parameter is looked
    at until it has its momentum, not in each step.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self._without: list[nn.Parameter] = []
        self.look_at_all(optimizer)

    def look_at_all(self, optimizer: Optimizer) -> None:
        """Begin to look at all parameters: they, or their states, are new."""
        groups = optimizer.param_groups
        fused = [g for g in groups if g["fused"] and g["momentum"] and not g["dampening"]]
        self._without = [parameter for group in fused for parameter in group["params"]]

    def __call__(self, optimizer: Optimizer, *_: Any) -> None:
        """Give a momentum to those that have a gradient for the first time."""
        first = [(p, p.grad) for p in self._without if p.grad is not None]
        if not first:
            return
        for parameter, gradient in first:
            state = optimizer.state[parameter]
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = torch.zeros_like(gradient)
        self._without = [parameter for parameter in self._without if parameter.grad is None]
