"""All optimizers of ``torch.optim`` by class name.

mmengine registers most of them, but keeps the name of some for other packages' classes.
"""

import inspect

from torch import optim

from digitdet.registry import OPTIMIZERS

for _value in list(vars(optim).values()):
    if inspect.isclass(_value) and optim.Optimizer in _value.__mro__[1:]:
        OPTIMIZERS.register_module(module=_value)
