"""Runs one step of a training without changing the weights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from digitdet.replay.draws import seed_step


def run_step(
    model: Any, batch: Any, seed: int, iteration: int, rank: int
) -> tuple[Tensor, dict[str, float]]:
    """Compute the loss of a batch with the draws of a certain step.

    Args:
        model: An mmengine BaseModel, in training mode.
        batch: The arguments of its ``forward``.
        seed: The run's seed.
        iteration: The step, from 1.
        rank: The process of a distributed run; else 0.

    Returns:
        The loss, to be differentiated, and its terms.
    """
    seed_step(seed, iteration - 1, rank)
    losses = model._run_forward(model.data_preprocessor(batch, True), mode="loss")
    total, terms = model.parse_losses(losses)
    return total, to_numbers(terms)


def to_numbers(terms: Mapping[str, Tensor]) -> dict[str, float]:
    """Take the terms of a loss from the device."""
    return {name: float(value.detach()) for name, value in terms.items()}


def gradient_norms(total: Tensor, model: nn.Module) -> dict[str, float]:
    """Compute the Euclidean norm of each parameter's gradient; no gradient is kept.

    Args:
        total: The loss; its graph is freed.
        model: The model.

    Returns:
        Name of a parameter -> norm; those that the loss does not depend on are left out.
    """
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    if not named or not total.requires_grad:
        return {}
    gradients = torch.autograd.grad(total, [p for _, p in named], allow_unused=True)
    norms = {
        # In float64: squares of float32 may overflow where the gradient does not.
        name: torch.linalg.vector_norm(gradient, dtype=torch.float64)
        for (name, _), gradient in zip(named, gradients, strict=True)
        if gradient is not None
    }
    values = torch.stack(list(norms.values())).tolist() if norms else []
    return dict(zip(norms, values, strict=True))


@contextmanager
def first_not_finite(model: nn.Module) -> Iterator[list[str]]:
    """Watch a model; yield a list that gets the first module whose output is not finite.

    Modules are taken in the order in which they end, so the first one is the innermost.
    """
    found: list[str] = []

    def look(name: str, module: nn.Module, output: Any) -> None:
        if not found and any(not torch.isfinite(t).all() for t in tensors_of(output)):
            found.append(f"{name} ({type(module).__name__})" if name else type(module).__name__)

    handles = [
        module.register_forward_hook(lambda m, _, output, name=name: look(name, m, output))
        for name, module in model.named_modules()
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def tensors_of(value: Any) -> Iterator[Tensor]:
    """Yield the floating point tensors within dicts, lists and torchvision's image lists."""
    if isinstance(value, Tensor):
        if value.is_floating_point():
            yield value
    elif isinstance(value, Mapping):
        yield from tensors_of(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_of(item)
    elif hasattr(value, "tensors"):
        yield from tensors_of(value.tensors)
