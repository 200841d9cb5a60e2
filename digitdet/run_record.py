"""What ``run.json`` says of a run: what it is, and what does not repeat when it is run again."""

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_world_size
from mmengine.runner import Runner

from digitdet.analysis.runs.record import FORMAT, RECORD_FILE, RunRecord, Session, read_record
from digitdet.checkpoints.content import config_text
from digitdet.checkpoints.provenance import versions
from digitdet.datasets.loaders import batch_size_of
from digitdet.peak_memory import peak_bytes
from digitdet.whole_files import remove_parts, write_json


def describe_run(runner: Runner, metric: str | None) -> RunRecord:
    """Return what a run is that is about to make its first step; without sessions and epochs.

    Args:
        runner: A `digitdet.runner.Runner`.
        metric: The figure that decides which epoch is best; None without one.
    """
    parameters = list(runner.model.parameters())
    is_validated = runner.val_loop is not None
    return RunRecord(
        name=Path(runner.cfg.filename).stem if runner.cfg.filename else runner.experiment_name,
        seed=runner.seed,
        metric=metric if is_validated else None,
        config=json.loads(config_text(runner.cfg)),
        num_epochs=runner.max_epochs,
        num_steps=runner.max_iters,
        batch_size=batch_size_of(runner.train_dataloader),
        num_train_pictures=_length(runner.train_dataloader),
        num_val_pictures=_length(runner.val_dataloader) if is_validated else None,
        num_parameters=sum(p.numel() for p in parameters),
        num_trained_parameters=sum(p.numel() for p in parameters if p.requires_grad),
    )


def _length(loader: Any) -> int | None:
    """Return how many samples a loader's data set has; None where it can't say."""
    return len(loader.dataset) if hasattr(loader.dataset, "__len__") else None


def begin_session(runner: Any, started: datetime) -> Session:
    """Return a session that has not made a step.

    Args:
        runner: A `digitdet.runner.Runner`.
        started: When it was started.
    """
    return Session(
        command=command_line(sys.argv),
        started=to_text(started),
        host=platform.node(),
        device=device_name(),
        num_processes=get_world_size(),
        num_threads=torch.get_num_threads(),
        versions=versions(),
        platform=platform.platform(),
        git=runner.git,
    )


def update_session(runner: Any, session: Session, first_step: int, seconds: float) -> Session:
    """Return a session as it is now.

    Args:
        runner: A `digitdet.runner.Runner`.
        session: As it was.
        first_step: The step that it began with, from 1.
        seconds: How long it has run.
    """
    has_steps = runner.iter >= first_step
    return replace(
        session,
        first_step=first_step if has_steps else None,
        last_step=runner.iter if has_steps else None,
        seconds=round(seconds, 3),
        peak_memory_mb=_to_mb(peak_bytes(torch.device("cpu"))),
        peak_gpu_memory_mb=_peak_gpu_memory_mb(runner),
    )


def end_session(session: Session, error: BaseException | None) -> Session:
    """Return a session that has ended.

    Args:
        session: As it was.
        error: What ended it; None where the run is finished.
    """
    if error is None:
        return replace(session, ended=to_text(now()), outcome="finished")
    if isinstance(error, KeyboardInterrupt):
        return replace(session, ended=to_text(now()), outcome="stopped")
    first_line = next(iter(str(error).splitlines()), "")
    text = f"{type(error).__name__}: {first_line}".removesuffix(": ")
    return replace(session, ended=to_text(now()), outcome="failed", error=text)


def earlier_record(folder: Path, epoch: int) -> RunRecord:
    """Return the sessions and epochs of a run that goes on.

    A session that did not say how it ended was killed: it counts as stopped.

    Args:
        folder: Where the record lies.
        epoch: The last epoch that the run goes on from; later ones are left out.

    Returns:
        The record; without sessions and epochs where there is none.

    Raises:
        ValueError: If the file is damaged.
    """
    record = read_record(folder) or RunRecord()
    sessions = [
        replace(session, outcome="stopped") if session.outcome == "running" else session
        for session in record.sessions
    ]
    return replace(
        record, sessions=sessions, epochs=[one for one in record.epochs if one.epoch <= epoch]
    )


def write_record(folder: Path, record: RunRecord) -> None:
    """Write ``run.json``; it appears under its name when it is whole.

    Raises:
        OSError: If it can't be written.
    """
    write_json(folder / RECORD_FILE, {"format": FORMAT, **asdict(record)})


def remove_unfinished(folder: Path) -> None:
    """Remove what writers of the record left that were killed."""
    remove_parts(folder / RECORD_FILE)


def command_line(arguments: Sequence[str]) -> list[str]:
    """Return the command that a process was started by.

    Args:
        arguments: ``sys.argv``.
    """
    is_script = bool(arguments) and Path(arguments[0]).suffix == ".py"
    return ["python", *arguments] if is_script else list(arguments)


def device_name() -> str:
    """Return the name of the GPU, or ``"cpu"``."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def to_text(time: datetime) -> str:
    """Write a time as ISO 8601 to the second, such as ``2026-11-28T04:49:05Z``."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _to_mb(num_bytes: int) -> float | None:
    return round(num_bytes / 1e6, 1) if num_bytes else None


def _peak_gpu_memory_mb(runner: Any) -> float | None:
    """Return the most memory of tensors on the GPU: logging it begins to measure anew."""
    if not torch.cuda.is_available():
        return None
    logged = getattr(runner.log_processor, "peak_memory_mb", 0) * 2**20  # mmengine's MB
    return _to_mb(max(logged, torch.cuda.max_memory_allocated()))
