"""Reads ``run.json``: what a run is, and what does not repeat when it is run again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

RECORD_FILE, FORMAT = "run.json", 1
T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """One start of a run, to its end.

    Attributes:
        command: The command line.
        started: When, UTC, ISO 8601.
        ended: When; None as long as nothing said so.
        outcome: ``"running"``, ``"finished"``, ``"stopped"`` by a signal, or ``"failed"``.
        error: First line of the error that it failed with.
        first_step: The first step that it trained, from 1.
        last_step: The last one.
        seconds: Its time so far.
        host: Name of the machine.
        device: ``"cpu"`` or the name of the GPU.
        num_processes: Of a distributed run.
        num_threads: That one process computes with.
        peak_memory_mb: Most memory of the process.
        peak_gpu_memory_mb: Most memory of its tensors on the GPU; None without one.
        versions: Library -> version.
        platform: Operating system and processor.
        git: State of the repository; None where there was none.
    """

    command: Sequence[str] = ()
    started: str | None = None
    ended: str | None = None
    outcome: str = "running"
    error: str | None = None
    first_step: int | None = None
    last_step: int | None = None
    seconds: float | None = None
    host: str | None = None
    device: str | None = None
    num_processes: int | None = None
    num_threads: int | None = None
    peak_memory_mb: float | None = None
    peak_gpu_memory_mb: float | None = None
    versions: Mapping[str, Any] | None = None
    platform: str | None = None
    git: Mapping[str, Any] | None = None

    @property
    def known_seconds(self) -> float | None:
        """Its time so far; None until it tells more than that it began."""
        has_told = self.ended is not None or self.last_step is not None
        return self.seconds if has_told or self.outcome == "finished" else None


@dataclass(frozen=True)
class EpochTimes:
    """How long an epoch took.

    Attributes:
        epoch: From 1.
        seconds: Of its training.
        validation_seconds: Of the validation after it; None without one.
    """

    epoch: int
    seconds: float | None = None
    validation_seconds: float | None = None


@dataclass(frozen=True)
class RunRecord:
    """What ``run.json`` holds; what it does not say is None or empty.

    Attributes:
        name: Of the config.
        seed: Of the run.
        metric: The figure that decides which epoch is best; None without such a figure.
        config: The merged config, plain values.
        num_epochs: Epochs that the config asks for.
        num_steps: Steps of all of them.
        batch_size: Samples of a step, of one process.
        num_train_pictures: Samples of an epoch.
        num_val_pictures: Pictures of the validation.
        num_parameters: Of the model.
        num_trained_parameters: Those that are not frozen.
        sessions: Starts of the run, in order.
        epochs: Times of its epochs, in order.
    """

    name: str | None = None
    seed: int | None = None
    metric: str | None = None
    config: Mapping[str, Any] | None = None
    num_epochs: int | None = None
    num_steps: int | None = None
    batch_size: int | None = None
    num_train_pictures: int | None = None
    num_val_pictures: int | None = None
    num_parameters: int | None = None
    num_trained_parameters: int | None = None
    sessions: Sequence[Session] = ()
    epochs: Sequence[EpochTimes] = ()


def read_record(folder: Path) -> RunRecord | None:
    """Read the record of a run.

    Args:
        folder: Its work folder.

    Returns:
        The record; None where there is none, as runs before the record was kept have none.

    Raises:
        ValueError: If the file is none that this version reads.
    """
    file = folder / RECORD_FILE
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_bytes())
        version = content["format"]
        if version == FORMAT:
            content["sessions"] = [_take(Session, item) for item in content.get("sessions", ())]
            content["epochs"] = [_take(EpochTimes, item) for item in content.get("epochs", ())]
            return _take(RunRecord, content)
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise ValueError(
            f"{file}: is not what a training writes ({type(error).__name__}: {error}); move it "
            "away to read the run without it"
        ) from error
    raise ValueError(
        f"{file}: has format {version!r}, this version of digitdet reads {FORMAT}; use the version "
        "that wrote it, or a newer one"
    )


def _take(kind: type[T], content: Mapping[str, Any]) -> T:
    """Make a part of what is known of it; a later version may add keys."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in content.items() if name in names})
