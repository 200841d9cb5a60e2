"""Runs a recorded step again, and looks for what is at fault."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from digitdet import config as configs
from digitdet.console import console
from digitdet.models.weights import check_state_dict
from digitdet.registry import MODELS
from digitdet.replay.outcome import Outcome, comparison, verdict
from digitdet.replay.pictures import draw_pictures, leave_out, one_picture
from digitdet.replay.recording import Recording, read_recording
from digitdet.replay.step import first_not_finite, gradient_norms, run_step, tensors_of
from digitdet.replay.tables import losses_table, norms_lines, pictures_table


def replay(
    folder: str | Path,
    *,
    device: str | None = None,
    anomaly: bool = False,
    without: Sequence[int] = (),
) -> Outcome:
    """Run a recorded step again; print what is not finite, and which pictures make it so.

    Args:
        folder: What a training recorded: ``WORK_DIR/non_finite/iter_N``.
        device: Where it runs; None for a device like the recorded one, or else the CPU.
        anomaly: Let torch name the operation whose backward pass gives NaN.
        without: Pictures of the batch to leave out, counted from 0.

    Returns:
        What the whole batch gave.

    Raises:
        FileNotFoundError: If the folder, or a file in it, is missing.
        ValueError: If a file is not as it has to be, or a picture to leave out is not there.
    """
    recording = read_recording(Path(folder))
    report, batch = recording.report, leave_out(recording.batch, without)
    place = _device(device or _like(report.device))
    model = build_model(recording, place)
    outcome = run(model, recording, batch, anomaly)
    console.print(
        f"step {report.iteration} (epoch {report.epoch}), on {place}, recorded on {report.device}: "
        f"the {report.cause} {'was' if report.cause == 'loss' else 'were'} not finite"
    )
    console.print(losses_table(report.losses, outcome.losses))
    console.print(comparison(report, outcome, without))
    for line in (outcome.place and f"first not finite: {outcome.place}", outcome.anomaly):
        if line:
            console.print(line)
    for line in norms_lines(outcome.gradient_norms) if not outcome.anomaly else ():
        console.print(line)
    is_finite = _print_pictures(Path(folder), model, recording, without)
    if is_finite and not outcome.is_finite:
        console.print(verdict(recording.batch, is_finite))
    return outcome


def build_model(recording: Recording, device: torch.device) -> Any:
    """Build a recording's model, in the state that it was in before the step.

    Raises:
        ImportError: If a module of the config's ``custom_imports`` can't be imported.
        ValueError: If the weights do not fit.
    """
    config, report = Config(recording.config), recording.report
    if not isinstance(config.get("model"), Mapping):
        raise ValueError("config.json: states no model; only runs of a config can be replayed")
    configs.import_modules(config, Path(report.config_file or "config.py"))
    configs.forget_pretrained(config)
    model = MODELS.build(config.model)
    check_state_dict(model, recording.weights, "weights.pth")
    model.load_state_dict(recording.weights)
    model.to(device).train()
    in_evaluation, frozen = set(report.evaluation_modules), set(report.frozen_parameters)
    for name, module in model.named_modules():
        module.training = name not in in_evaluation
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name not in frozen)
    return model


def run(model: Any, recording: Recording, batch: Any, anomaly: bool = False) -> Outcome:
    """Run a step forward and backward.

    Args:
        model: The model, as `build_model` gives it.
        recording: The recording that the draws are of.
        batch: The recorded batch, or a part of it.
        anomaly: Whether torch's anomaly detection is on.
    """
    report, device = recording.report, next(model.parameters()).device
    dtype = getattr(torch, report.autocast) if report.autocast else None
    mixed = torch.autocast(device.type, dtype) if dtype else nullcontext()
    watch = first_not_finite(model)
    with torch.autograd.set_detect_anomaly(anomaly), watch as modules:
        with mixed:
            total, losses = run_step(model, batch, report.seed, report.iteration, report.rank)
        try:
            norms, said = gradient_norms(total, model), ""
        except RuntimeError as error:
            if not anomaly:
                raise
            norms, said = {}, f"anomaly: {error}"
    return Outcome(losses, norms, _place(recording, batch, modules), said)


def _place(recording: Recording, batch: Mapping[str, Any], modules: Sequence[str]) -> str:
    """Name what is first not finite: the weights, the batch, or a module's output."""
    for name, value in recording.weights.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            return f"the weights themselves, {name}"
    for key, value in batch.items():
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if any(not torch.isfinite(tensor).all() for tensor in tensors_of(item)):
                return f"the batch itself, {key}[{index}]"
    return f"the output of the module {modules[0]}" if modules else ""


def _device(name: str) -> torch.device:
    """Return a device that is there.

    Raises:
        ValueError: If it is not.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # torch asserts that it has CUDA
        reason = str(error).splitlines()[0]
        raise ValueError(f"--device: no device {name!r} here ({reason})") from None
    return device


def _like(recorded: str) -> str:
    return recorded if torch.cuda.is_available() or recorded == "cpu" else "cpu"


def _print_pictures(
    folder: Path, model: Any, recording: Recording, without: Sequence[int]
) -> dict[int, bool]:
    """Draw the pictures and run each alone; return which of them are finite."""
    batch = recording.batch
    if not {"images", "targets"} <= set(batch):
        console.print("the batch holds no `images` and `targets`, so none is drawn")
        return {}
    numbers = [number for number in range(len(batch["images"])) if number not in without]
    alone = [run(model, recording, one_picture(batch, number)) for number in numbers]
    is_finite = {number: each.is_finite for number, each in zip(numbers, alone, strict=True)}
    losses = {number: each.losses["loss"] for number, each in zip(numbers, alone, strict=True)}
    console.print(pictures_table(batch, losses, is_finite))
    draw_pictures(folder, batch)
    console.print(f"pictures as the model got them: {folder / 'pictures'}")
    return is_finite
