"""Compares the room on the disk with what a run's checkpoints take."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.hooks import EMAHook
from mmengine.runner import Runner
from torch import Tensor, nn

from digitdet.hooks import CheckpointHook
from digitdet.preflight.findings import Finding, conclude
from digitdet.preflight.trial import Trial

SPARE = 1.1  # a warning where less than this share of what is needed is free


def check_disk(runner: Runner, trial: Trial, work_dir: Path) -> Finding:
    """Estimate what checkpoints take, and compare it with what is free.

    Args:
        runner: Before its training.
        trial: After its step, so that the optimizer's state is there.
        work_dir: Where the run will write; need not be there.
    """
    has_ema = any(isinstance(hook, EMAHook) for hook in runner.hooks)
    errors: list[str] = []
    warnings: list[str] = []
    details = []
    for hook in runner.hooks:
        if not isinstance(hook, CheckpointHook):
            continue
        size = checkpoint_bytes(trial, with_optimizer=hook.save_optimizer, with_ema=has_ema)
        size_of_best = checkpoint_bytes(trial, with_optimizer=False, with_ema=has_ema)
        count = num_checkpoints(hook, runner.max_epochs if hook.by_epoch else runner.max_iters)
        best = len(hook.save_best)
        more = 1 + bool(hook.stopover_interval)  # one while it is written
        needed = (count + more) * size + best * size_of_best
        nearest, free = _room(work_dir)
        text = f"checkpoints: {count} of some {in_bytes(size)}"
        text += f", {best} of the best, {in_bytes(size_of_best)}" if best else ""
        text += f"; {in_bytes(free)} free in {nearest}"
        details.append(text)
        if free < needed * SPARE:
            remedy = "; make room, or set default_hooks.checkpoint.max_keep_ckpts"
            (errors if free < needed else warnings).append(text + remedy)
    return conclude("disk", "; ".join(details) or "no checkpoint is kept", errors, warnings)


def _room(folder: Path) -> tuple[Path, int]:
    """Return the nearest folder that is there, and the bytes that are free in it."""
    places = (folder.absolute(), *folder.absolute().parents)
    nearest = next(path for path in places if path.exists())
    return nearest, shutil.disk_usage(nearest).free


def checkpoint_bytes(trial: Trial, *, with_optimizer: bool, with_ema: bool) -> int:
    """Estimate a checkpoint's size: weights, those of the moving average, and optimizer state.

    Args:
        trial: After its step.
        with_optimizer: Whether it holds the optimizer's state.
        with_ema: Whether it holds a moving average of the weights.
    """
    weights = tensor_bytes(trial.model.state_dict())
    state = sum(tensor_bytes(o.state_dict()) for o in trial.optimizers) if with_optimizer else 0
    return weights * (2 if with_ema else 1) + state


def num_checkpoints(hook: CheckpointHook, total: int) -> int:
    """Return how many checkpoints a hook has kept when a run is over, without those of the best.

    Args:
        hook: The hook.
        total: The run's epochs, or its iterations for a hook by iterations.
    """
    if hook.interval <= 0:
        return int(hook.save_last)
    kept, rest = divmod(total - hook.save_begin, hook.interval)
    kept += int(hook.save_last and rest > 0) + int(hook.save_begin > 0)
    return min(kept, hook.max_keep_ckpts) if hook.max_keep_ckpts > 0 else kept


def tensor_bytes(value: Any) -> int:
    """Add up the memory of all tensors in nested containers."""
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, Mapping):
        return sum(tensor_bytes(item) for item in value.values())
    return sum(map(tensor_bytes, value)) if isinstance(value, list | tuple) else 0


def gradient_bytes(model: nn.Module) -> int:
    """Add up the memory that the gradients of a model take."""
    return sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)


def in_bytes(count: float) -> str:
    """Write a number of bytes in the unit that suits it: ``"8.9 MB"``."""
    power = min(max(int(math.log(max(count, 1), 1000)), 0), 4)
    return f"{count / 1000**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB')[power]}"
