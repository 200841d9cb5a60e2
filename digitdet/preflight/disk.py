"""Compares the room on the disk with what a run's checkpoints take."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.runner import Runner
from torch import Tensor, nn

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
    errors, warnings, details = [], [], []
    for hook in runner.hooks:
        if not isinstance(hook, CheckpointHook):
            continue
        size = checkpoint_bytes(trial, with_optimizer=hook.save_optimizer, with_ema=has_ema)
        total = runner.max_epochs if hook.by_epoch else runner.max_iters
        count = num_checkpoints(hook, total)
        folder = Path(hook.out_dir or work_dir).absolute()
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(nearest).free
        text = f"{count} checkpoints of some {in_bytes(size)}, {in_bytes(free)} free in {nearest}"
        remedy = "; make room, or set default_hooks.checkpoint.max_keep_ckpts"
        if free < size * (count + 1):  # one more while it is written
            errors.append(text + remedy)
        elif free < size * (count + 1) * SPARE:
            warnings.append(text + remedy)
        details.append(text)
    return conclude("disk", "; ".join(details) or "no checkpoint is kept", errors, warnings)


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
    """Return how many checkpoints a hook has kept when a run is over.

    Args:
        hook: The hook.
        total: The run's epochs, or its iterations for a hook by iterations.
    """
    best = len(hook.save_best or ())
    if hook.interval <= 0:
        return best + int(hook.save_last)
    kept = (total - hook.save_begin) // hook.interval
    kept += int(hook.save_last and (total - hook.save_begin) % hook.interval != 0)
    return best + (min(kept, hook.max_keep_ckpts) if hook.max_keep_ckpts > 0 else kept)


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
