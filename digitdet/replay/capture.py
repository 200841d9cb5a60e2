"""Records a step of a training that is running."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_rank, get_world_size
from mmengine.runner import Runner

from digitdet.checkpoints.content import config_text
from digitdet.checkpoints.provenance import versions
from digitdet.plain_values import to_plain
from digitdet.replay.recording import Cause, MixedPrecision, Recording, Report, write_recording

FOLDER = "non_finite"


def record_step(
    runner: Runner,
    batch: Any,
    cause: Cause,
    losses: Mapping[str, float],
    norms: Mapping[str, float],
) -> Recording:
    """Gather what the step that a runner is at consists of, with the weights as they are.

    Args:
        runner: The runner, before it counts the step.
        batch: The step's batch, as the loader gave it.
        cause: What was not finite.
        losses: The terms of the loss.
        norms: Norm of each parameter's gradient.
    """
    model = runner.bare_model
    device = next(model.parameters()).device
    report = Report(
        cause=cause,
        iteration=runner.iter + 1,
        epoch=runner.epoch + 1,
        seed=runner.seed,
        rank=get_rank(),
        sources=sources_of(batch),
        losses=dict(losses),
        gradient_norms=dict(norms),
        evaluation_modules=[name for name, m in model.named_modules() if not m.training],
        frozen_parameters=[name for name, p in model.named_parameters() if not p.requires_grad],
        autocast=_autocast(device.type),
        device=str(device),
        config_file=runner.cfg.filename,
        versions=versions(),
    )
    config = json.loads(config_text(runner.cfg))
    weights = {name: value.cpu() for name, value in model.state_dict().items()}
    return Recording(report, config, to_plain(batch), weights)


def keep_recording(work_dir: str, recording: Recording, num_kept: int) -> Path:
    """Write a recording below a work folder, and forget the oldest ones there.

    Args:
        work_dir: The work folder.
        recording: The recording.
        num_kept: How many are kept of this process, this one included.

    Returns:
        Its folder.
    """
    rank = f"_rank_{recording.report.rank}" if get_world_size() > 1 else ""
    folder = Path(work_dir, FOLDER, f"iter_{recording.report.iteration}{rank}")
    write_recording(folder, recording)
    own = re.compile(rf"iter_\d+{rank}")
    others = [f for f in folder.parent.iterdir() if own.fullmatch(f.name) and f != folder]
    others.sort(key=lambda other: other.stat().st_mtime, reverse=True)
    for old in others[num_kept - 1 :]:
        shutil.rmtree(old)
    return folder


def sources_of(batch: Any) -> list[str]:
    """Return the sources of a batch's pictures; none where it does not name them."""
    targets = batch.get("targets") if isinstance(batch, Mapping) else None
    return [str(target.get("source")) for target in targets or () if isinstance(target, Mapping)]


def _autocast(device_type: str) -> MixedPrecision | None:
    types: dict[torch.dtype, MixedPrecision] = {
        torch.float16: "float16",
        torch.bfloat16: "bfloat16",
    }
    is_on = torch.is_autocast_enabled(device_type)
    return types[torch.get_autocast_dtype(device_type)] if is_on else None
