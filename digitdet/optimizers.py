"""All optimizers of ``torch.optim`` by class name, and those of a run.

mmengine registers most of them, but keeps the name of some for other packages' classes.
"""

import inspect

from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import optim

from digitdet.registry import OPTIMIZERS

for _value in list(vars(optim).values()):
    if inspect.isclass(_value) and optim.Optimizer in _value.__mro__[1:]:
        OPTIMIZERS.register_module(module=_value)


def optimizers_of(wrapper: OptimWrapper | OptimWrapperDict) -> list[optim.Optimizer]:
    """Return the optimizers that a run's wrapper holds; almost always one."""
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return [part.optimizer for part in wrappers]
