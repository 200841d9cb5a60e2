"""What classes and functions take by name, against what the call itself accepts."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import torch
from mmengine.optim import scheduler as schedulers
from mmengine.registry import Registry
from torch import nn

from digitdet import registry as registries
from digitdet.config_checks.libraries import is_known
from digitdet.config_checks.parts import find
from digitdet.config_checks.signatures import options, signature_of

if TYPE_CHECKING:
    from decimal import Decimal

NAMES = ("a", "b", "c", "d", "nothing")


class Nothing:
    pass


class Parent:
    def __init__(self, a: int, b: int = 0) -> None:
        self.values = a, b


class SilentChild(Parent):
    pass


class HandsOn(Parent):
    def __init__(self, c: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.c = c


class HandsOnTwice(HandsOn):
    def __init__(self, d: int, **rest: Any) -> None:
        super().__init__(c=d, **rest)


class GivesTheFirst(Parent):
    def __init__(self, c: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(c, *args, **kwargs)


class Mixin:
    def __init__(self, c: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(c, *args, **kwargs)


class Mixed(Mixin, Parent):
    pass


class HandsOnToObject:
    def __init__(self, a: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.a = a


class KeepsAll(Parent):
    def __init__(self, c: int = 0, **kwargs: Any) -> None:
        super().__init__(a=c)
        self.options = kwargs


class TakesOut(Parent):
    def __init__(self, **kwargs: Any) -> None:
        self.c = kwargs.pop("c", 0)
        super().__init__(**kwargs)


class Network(nn.Module):
    def __init__(self, a: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.a = a


class ByNew:
    def __new__(cls, a: int, b: int = 0) -> ByNew:  # noqa: ARG004
        return super().__new__(cls)


class Unresolved:
    def __init__(self, a: Decimal, b: int = 0) -> None:
        self.values = a, b


def function(a: int, *, b: int = 0) -> None:
    pass


def open_function(a: int, **kwargs: Any) -> None:
    pass


KINDS: list[Callable[..., Any]] = [
    Nothing,
    Parent,
    SilentChild,
    HandsOn,
    HandsOnTwice,
    GivesTheFirst,
    Mixed,
    HandsOnToObject,
    KeepsAll,
    Network,
    ByNew,
    Unresolved,
    function,
    open_function,
    functools.partial(function, b=3),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: getattr(kind, "__name__", "partial"))
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_taken_if_the_call_takes_it(kind: Callable[..., Any], name: str) -> None:
    signature = signature_of(kind)
    needed = dict.fromkeys(signature.required(), 1)
    kind(**needed)
    for missing in needed:
        with pytest.raises(TypeError):
            kind(**{key: value for key, value in needed.items() if key != missing})
    try:
        kind(**{**needed, name: 1})
    except TypeError:
        is_taken = False
    else:
        is_taken = True
    assert (name in signature.parameters or signature.takes_any) == is_taken


def test_where_names_are_taken_out_first_any_is_taken() -> None:
    assert signature_of(TakesOut).takes_any
    assert not signature_of(HandsOn).takes_any


def test_what_has_no_signature_takes_any() -> None:
    assert signature_of(dict.fromkeys).takes_any or not signature_of(dict.fromkeys).parameters
    assert signature_of(type("Odd", (), {"__init__": property()})).takes_any


def test_annotations_are_resolved_each_for_itself() -> None:
    parameters = signature_of(Unresolved).parameters
    assert parameters["a"].annotation is inspect.Parameter.empty
    assert parameters["b"].annotation is int


def _registered() -> Iterator[tuple[str, Callable[..., Any]]]:
    for registry in vars(registries).values():
        holder = registry if isinstance(registry, Registry) else None
        while holder is not None:
            holder.import_from_location()
            found = holder.module_dict.items()  # those of other tests, too
            yield from ((f"{holder.name} {k}", kind) for k, kind in found if is_known(kind))
            holder = holder.parent


def test_of_all_that_is_registered_what_the_call_binds_is_taken() -> None:
    candidates = {name for _, kind in _registered() for name in signature_of(kind).parameters}
    compared = 0
    for title, kind in _registered():
        real = inspect.signature(kind)
        if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in real.parameters.values()):
            continue
        compared += 1
        for name in {*candidates, "nothing"}:
            try:
                real.bind_partial(**{name: None})
            except TypeError:
                assert name not in signature_of(kind).parameters, (title, name)
            else:
                assert name in signature_of(kind).parameters, (title, name)
        assert not signature_of(kind).takes_any
    assert compared > 100


NEEDED = {"step_size": 2, "milestones": [1], "gamma": 0.5, "eta_max": 1.0, "total_steps": 9}
NEEDED |= {"periods": [3], "T_max": 4, "eta_min": 0.0}
SCHEDULERS = [
    getattr(schedulers, name)
    for name in schedulers.__all__
    if name.endswith(("LR", "Momentum")) and name[0] != "_"
]


@pytest.mark.parametrize("kind", SCHEDULERS, ids=lambda kind: kind.__name__)
def test_a_scheduler_takes_what_its_constructor_takes(kind: Callable[..., Any]) -> None:
    signature = signature_of(kind)
    taken = {"optimizer": _optimizer()}
    taken |= {name: NEEDED[name] for name in signature.required() if name != "optimizer"}
    extra = {"OneCycleLR": "total_steps", "CosineRestartLR": "eta_min"}.get(kind.__name__)
    extra = "eta_min" if kind.__name__ == "CosineRestartMomentum" else extra
    taken |= {extra: NEEDED[extra]} if extra else {}
    kind(**taken)
    names = {name for each in SCHEDULERS for name in signature_of(each).parameters}
    for name in {*names, "param_name", "nothing"} - {"optimizer"}:
        parameter = signature.parameters.get(name)
        default = getattr(parameter, "default", None)
        value = default if default is not inspect.Parameter.empty else NEEDED.get(name)
        try:
            kind(**{**taken, "optimizer": _optimizer(), name: value})
        except TypeError as error:
            is_taken = not any(text in str(error) for text in ("unexpected", "multiple values"))
        except (ValueError, AssertionError):
            is_taken = True  # it is taken, and then judged
        else:
            is_taken = True
        assert (parameter is not None) == is_taken, name


def _optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)


def test_the_checkpoint_hook_is_digitdets_and_takes_no_unknown_name() -> None:
    hook = find(registries.HOOKS, "CheckpointHook")
    assert hook is not None
    assert not signature_of(hook).takes_any
    assert {"save_best", "interval"} <= set(signature_of(hook).parameters)


def test_names_can_be_added_taken_away_and_made_required() -> None:
    signature = options(a=int, b=str)
    assert signature.required() == []
    assert list((signature | options(c=int)).parameters) == ["a", "b", "c"]
    assert list(signature.without("a").parameters) == ["b"]
    assert signature.requiring("b").required() == ["b"]
