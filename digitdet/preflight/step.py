"""Tries one step: forward, backward, and the optimizer's."""

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from digitdet.preflight.findings import Finding, conclude, some
from digitdet.preflight.samples import Samples
from digitdet.preflight.trial import Trial
from digitdet.saved_memory import SavedMemory
from digitdet.structures import Batch

REPEAT = 2.5  # seconds: what takes longer is not tried a second time


@dataclass(frozen=True)
class Step:
    """What a tried step gave.

    Attributes:
        num_pictures: Of its batch.
        losses: Each loss, and their sum ``loss``.
        seconds: Time of forward and backward.
        saved_bytes: Memory that the forward pass kept for the backward pass; on CUDA, the highest
            memory in use beyond what lay there before.
        without_gradient: Names of trained parameters that got no gradient.
        not_finite: Names of trained parameters whose gradient is not finite.
    """

    num_pictures: int
    losses: dict[str, float]
    seconds: float
    saved_bytes: int
    without_gradient: list[str]
    not_finite: list[str]


def try_steps(trial: Trial, samples: Samples) -> Step:
    """Try a training step; on a CPU of one picture, and of all samples if that is quick.

    Args:
        trial: What to try it with; the optimizer steps once.
        samples: Of the training.

    Returns:
        The last step that was tried.
    """
    trial.model.train()
    everything = samples.collate()
    if next(trial.model.parameters()).is_cpu:
        one = samples.collate([samples.with_boxes])
        step = _try_step(trial, one)
        if step.seconds < REPEAT:  # the first one of a process is much slower than all others
            step = _try_step(trial, one)
        if step.seconds * len(samples.samples) < REPEAT:
            step = _try_step(trial, everything)
    else:
        step = _try_step(trial, everything)
        if step.seconds < REPEAT:
            step = _try_step(trial, everything)
    if not step.not_finite:
        for optimizer in trial.optimizers:
            optimizer.step()
    return step


def _try_step(trial: Trial, batch: Batch) -> Step:
    model, on_cuda = trial.model, next(trial.model.parameters()).is_cuda
    model.zero_grad(set_to_none=True)
    before = _cuda_bytes(on_cuda, reset=True)
    start = time.perf_counter()
    with SavedMemory(model.parameters()) as memory:
        total, parsed = _compute_losses(trial, batch)
    total.backward()
    used = _cuda_bytes(on_cuda) - before if on_cuda else memory.num_bytes
    seconds = time.perf_counter() - start
    found = dict(trial.named_parameters())
    return Step(
        num_pictures=len(batch["images"]),
        losses={name: float(value.detach()) for name, value in parsed.items()},
        seconds=seconds,
        saved_bytes=used,
        without_gradient=[name for name, p in found.items() if p.grad is None],
        not_finite=[n for n, p in found.items() if p.grad is not None and not _is_finite(p.grad)],
    )


def _compute_losses(trial: Trial, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss to minimise, and its terms.

    Raises:
        ValueError: If it depends on nothing that is trained.
    """
    model = trial.model
    with trial.optim_wrapper.optim_context(model):
        losses = model(**model.data_preprocessor(batch, True), mode="loss")
    total, parsed = model.parse_losses(losses)
    if not isinstance(total, Tensor) or not total.requires_grad:
        raise ValueError(
            f"no loss depends on a trained parameter; {type(model).__name__}(mode='loss') gave "
            f"{', '.join(losses) or 'nothing'}: name what is to be minimised loss_..., leave it "
            "undetached, and freeze less"
        )
    return total, parsed


def _is_finite(gradient: Tensor) -> bool:
    return bool(torch.isfinite(gradient).all())


def _cuda_bytes(on_cuda: bool, reset: bool = False) -> int:
    if not on_cuda:
        return 0
    torch.cuda.synchronize()
    if reset:
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    return torch.cuda.max_memory_allocated()


def check_step(step: Step) -> Finding:
    """Judge a tried step."""
    wrong = [f"{name} {value}" for name, value in step.losses.items() if not math.isfinite(value)]
    errors, warnings = [], []
    if wrong:
        errors.append(
            f"losses are not finite: {', '.join(wrong)}; look at the weights that the run starts "
            "from and at model.mean and model.std"
        )
    elif step.not_finite:
        errors.append(f"gradients are not finite: {some(step.not_finite)}")
    if step.without_gradient:
        warnings.append(
            f"{len(step.without_gradient)} trained parameters get no gradient: "
            f"{some(step.without_gradient)}; freeze them, or let the losses depend on them"
        )
    pictures = "1 picture" if step.num_pictures == 1 else f"{step.num_pictures} pictures"
    terms = ", ".join(f"{name} {value:.3f}" for name, value in step.losses.items())
    return conclude("step", f"{pictures}: {terms}; all gradients are finite", errors, warnings)


def check_optimizer(trial: Trial) -> Finding:
    """Say with which rates how many parameters are trained, and warn of those that none trains."""
    groups = [
        (type(optimizer).__name__, group)
        for optimizer in trial.optimizers
        for group in optimizer.param_groups
    ]
    counts: dict[tuple[str, float], int] = {}
    for kind, group in groups:
        key = kind, float(group["lr"])
        trained = sum(p.numel() for p in group["params"] if p.requires_grad)
        counts[key] = counts.get(key, 0) + trained
    held = {id(parameter) for _, group in groups for parameter in group["params"]}
    left = [name for name, p in trial.named_parameters() if id(p) not in held]
    warnings = []
    if left:
        warnings.append(f"no parameter group of the optimizer holds {some(left)}: never trained")
    lines = [f"{kind}, rate {rate:g}: {n:,} parameters" for (kind, rate), n in counts.items() if n]
    return conclude("optimizer", "; ".join(lines), warnings=warnings)
