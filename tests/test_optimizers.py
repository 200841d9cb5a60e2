"""How the optimizers of a run compute; torch's loop over the parameters says what is right."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import nn, optim

from digitdet.optimizers import use_fused

SHAPES = ((), (3,), (4, 5))


def _parameters(seed: int = 0) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in SHAPES]


def _step(
    optimizer: optim.Optimizer, parameters: Sequence[nn.Parameter], skipped: Sequence[int] = ()
) -> None:
    """Make a step with gradients that follow from the values; those of ``skipped`` get none."""
    for position, parameter in enumerate(parameters):
        parameter.grad = None if position in skipped else parameter.detach().sin() + position
    optimizer.step()


def _trained(kind: type[optim.Optimizer], is_fused: bool, **options: Any) -> list[torch.Tensor]:
    """Train four steps, of which a parameter misses the first two, as a frozen one does."""
    parameters = _parameters()
    chosen = {} if is_fused else {"foreach": False}
    optimizer = kind(parameters, **options, **chosen)
    use_fused(optimizer)
    for step in range(4):
        _step(optimizer, parameters, skipped=(1,) if step < 2 else ())
    assert bool(optimizer.param_groups[0]["fused"]) == is_fused
    return [parameter.detach() for parameter in parameters]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (optim.SGD, {"lr": 0.1}),
        (optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
        (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        (optim.Adam, {"lr": 0.1, "weight_decay": 0.01}),
        (optim.AdamW, {"lr": 0.1, "amsgrad": True}),
    ],
)
def test_one_kernel_gives_the_weights_of_the_loop(
    kind: type[optim.Optimizer], options: dict[str, Any]
) -> None:
    fused, looped = (_trained(kind, is_fused, **options) for is_fused in (True, False))
    for one, other in zip(fused, looped, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (optim.SGD, {"foreach": True}),
        (optim.SGD, {"foreach": False}),
        (optim.Adam, {"fused": False}),
        (optim.SGD, {"momentum": 0.9, "dampening": 0.5}),  # whose first step is another
        (optim.AdamW, {"differentiable": True}),
        (optim.RMSprop, {}),
        (optim.Adagrad, {}),  # its kernel is of a CPU alone
    ],
)
def test_what_was_chosen_or_does_not_fit_is_left_alone(
    kind: type[optim.Optimizer], options: dict[str, Any]
) -> None:
    optimizer = kind(_parameters(), lr=0.1, **options)
    before = {name: optimizer.param_groups[0].get(name) for name in ("fused", "foreach")}
    use_fused(optimizer)
    assert {name: optimizer.param_groups[0].get(name) for name in before} == before


def test_a_parameter_on_a_device_without_a_kernel_is_left_to_the_loop() -> None:
    optimizer = optim.SGD([nn.Parameter(torch.ones(2, device="meta"))], lr=0.1)
    use_fused(optimizer)
    assert not optimizer.param_groups[0]["fused"]


@pytest.mark.parametrize("kind", [optim.SGD, optim.AdamW])
def test_a_parameter_with_gaps_in_its_memory_is_left_to_the_loop(
    kind: type[optim.Optimizer],
) -> None:
    values = torch.randn((4, 6), generator=torch.Generator().manual_seed(0))[:, ::2]
    gapped, whole = nn.Parameter(values), nn.Parameter(values.contiguous())
    for parameter, options in ((gapped, {}), (whole, {"foreach": False})):
        optimizer = kind([parameter], lr=0.1, **options)
        use_fused(optimizer)
        (parameter * torch.arange(12.0).view(4, 3)).square().sum().backward()
        optimizer.step()
    torch.testing.assert_close(gapped, whole)


def test_a_parameter_in_another_order_of_memory_is_computed_by_one_kernel() -> None:
    values = torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last)
    optimizer = optim.SGD([nn.Parameter(values), nn.Parameter(torch.rand(3, 2).t())], lr=0.1)
    use_fused(optimizer)
    assert optimizer.param_groups[0]["fused"]


@pytest.mark.parametrize("kind", [optim.SGD, optim.AdamW])
@pytest.mark.parametrize("writes_fused", [True, False])
def test_a_state_of_either_implementation_goes_on(
    kind: type[optim.Optimizer], writes_fused: bool
) -> None:
    options: dict[str, Any] = {"momentum": 0.9} if kind is optim.SGD else {}
    first, expected = _parameters(), _parameters()
    writer, loop = kind(first, lr=0.1, **options), kind(expected, lr=0.1, foreach=False, **options)
    if writes_fused:
        use_fused(writer)
    _step(writer, first)
    _step(loop, expected)

    second = [nn.Parameter(parameter.detach().clone()) for parameter in first]
    other: dict[str, Any] = {"foreach": False} if writes_fused else {}
    reader = kind(second, lr=0.5, **options, **other)
    use_fused(reader)
    reader.load_state_dict(writer.state_dict())
    assert bool(reader.param_groups[0]["fused"]) != writes_fused
    assert reader.param_groups[0]["lr"] == 0.1
    _step(reader, second)
    _step(loop, expected)
    for one, right in zip(second, expected, strict=True):
        torch.testing.assert_close(one, right, rtol=1e-5, atol=1e-6)


def test_momentum_begins_anew_with_a_state_that_has_none() -> None:
    parameters = _parameters()
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.9)
    use_fused(optimizer)
    _step(optimizer, parameters)
    optimizer.load_state_dict(optim.SGD(_parameters(), lr=0.1, momentum=0.9).state_dict())
    before = [parameter.detach().clone() for parameter in parameters]
    _step(optimizer, parameters)
    for position, (parameter, value) in enumerate(zip(parameters, before, strict=True)):
        torch.testing.assert_close(parameter.detach(), value - 0.1 * (value.sin() + position))


def test_a_state_of_other_groups_is_refused_by_torch() -> None:
    parameters = _parameters()
    one = optim.SGD(parameters, lr=0.1)
    two = optim.SGD([{"params": parameters[:1]}, {"params": parameters[1:]}], lr=0.1)
    for reader, writer in ((one, two), (two, one)):
        use_fused(reader)
        with pytest.raises(ValueError, match="different number of parameter groups"):
            reader.load_state_dict(writer.state_dict())
