"""Folders that hold one step of a training, to be run again."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from digitdet.checkpoints.reading import load_file, state_dict_of
from digitdet.checkpoints.writing import write_checkpoint
from digitdet.whole_files import whole_folder

Cause = Literal["loss", "gradients"]
MixedPrecision = Literal["float16", "bfloat16"]
REPORT, CONFIG, BATCH, WEIGHTS = "report.json", "config.json", "batch.pth", "weights.pth"


@dataclass(frozen=True)
class Report:
    """What is known of a step that went wrong.

    Attributes:
        cause: What was not finite.
        iteration: The step, from 1.
        epoch: Its epoch, from 1.
        seed: The run's seed.
        rank: The process of a distributed run; else 0.
        sources: Sources of the batch's pictures, where it names them.
        losses: The terms of the loss, and ``loss``, their sum.
        gradient_norms: Euclidean norm of the gradient of each trained parameter.
        evaluation_modules: Names of the modules that were in evaluation mode.
        frozen_parameters: Names of the parameters that were not trained.
        autocast: Type of mixed precision; None without.
        device: The device that it ran on.
        config_file: File of the config, for the modules beside it.
        versions: Name and version of what it ran with.
    """

    cause: Cause
    iteration: int
    epoch: int
    seed: int
    rank: int
    sources: list[str]
    losses: dict[str, float]
    gradient_norms: dict[str, float]
    evaluation_modules: list[str]
    frozen_parameters: list[str]
    autocast: MixedPrecision | None
    device: str
    config_file: str | None
    versions: dict[str, str]


@dataclass(frozen=True)
class Recording:
    """A step to be run again.

    Attributes:
        report: What is known of it.
        config: The run's merged config.
        batch: The arguments of the model's ``forward``.
        weights: The model's state before the step.
    """

    report: Report
    config: dict[str, Any]
    batch: dict[str, Any]
    weights: dict[str, Tensor]


def write_recording(folder: Path, recording: Recording) -> None:
    """Write a recording; a folder of that name is replaced. It is whole or not there."""
    with whole_folder(folder, replaces=True) as part:
        _write_files(part, recording)


def _write_files(folder: Path, recording: Recording) -> None:
    report = json.dumps(_without_nan(asdict(recording.report)), indent=1, allow_nan=False)
    (folder / REPORT).write_text(report, encoding="utf-8")
    config = json.dumps(recording.config, indent=1, default=str)
    (folder / CONFIG).write_text(config, encoding="utf-8")
    write_checkpoint(folder / BATCH, recording.batch)
    write_checkpoint(folder / WEIGHTS, recording.weights)


def read_recording(folder: Path) -> Recording:
    """Read a recording, executing nothing of it.

    Raises:
        FileNotFoundError: If there is no such folder, or one of its files is missing.
        ValueError: If a file is not as it has to be; the message names it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder}: no such folder; a training writes them to WORK_DIR/non_finite/iter_N"
        )
    lacking = [name for name in (REPORT, CONFIG, BATCH, WEIGHTS) if not (folder / name).is_file()]
    if lacking:
        raise FileNotFoundError(f"{folder}: is no replay folder, it lacks {', '.join(lacking)}")
    batch = load_file(folder / BATCH)
    if not isinstance(batch, dict):
        raise ValueError(f"{folder / BATCH}: holds no batch, got {type(batch).__name__}")
    return Recording(
        report=_read_report(folder / REPORT),
        config=_read_json(folder / CONFIG),
        batch=batch,
        weights=state_dict_of(load_file(folder / WEIGHTS), str(folder / WEIGHTS)),
    )


def _read_report(file: Path) -> Report:
    content = _read_json(file)
    try:
        return TypeAdapter(Report).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{file}: is no report: {place}: {first['msg']}") from None


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file}: can't be read as JSON: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{file}: holds a {type(content).__name__}, not an object")
    return content


def _without_nan(value: Any) -> Any:
    """Write numbers that JSON has none for as texts: nan, inf, -inf."""
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
