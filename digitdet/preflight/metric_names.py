"""Compares the figures that a run's metrics give with those that its hooks ask for."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from torch import Tensor

from digitdet.config_checks.problems import suggest
from digitdet.hooks import CheckpointHook, EvaluationHook
from digitdet.preflight.failures import in_words
from digitdet.preflight.findings import Finding, conclude, some
from digitdet.preflight.isolation import isolate_metric
from digitdet.preflight.step import REPEAT
from digitdet.structures import Batch

PLACES = ("out_dir", "out_file_path")  # attributes of metrics that write files


def check_metrics(
    runner: Runner, batch: Batch, predictions: Sequence[Any], scratch: Path
) -> Finding:
    """Run the metrics of the validation on few pictures, and compare the names of their figures.

    Args:
        runner: With a validation; its metrics are copied.
        batch: Of the validation.
        predictions: The model's, one for each picture.
        scratch: Folder for what metrics write.
    """
    given: list[str] = []
    errors, warnings = [], []
    for metric in runner.val_evaluator.metrics:
        kind, twin = type(metric).__name__, _copy(metric, scratch)
        try:
            twin.process(batch, predictions)
        except Exception as error:
            errors.append(f"{kind}.process fails on a prediction: {in_words(error)}; mend it")
            continue
        try:
            given += _figures(twin)
        except Exception as error:
            warnings.append(f"{kind} can't judge a single picture: {in_words(error)}")
    wanted = list(wanted_names(runner))
    missing = [(place, name) for place, name in wanted if name not in given]
    if warnings:
        asked = some([f"{name!r} ({place})" for place, name in missing], 10)
        warnings += [f"whether it gives {asked} is not known before a validation"] if asked else []
    elif not errors:
        errors = [_missing(place, name, given) for place, name in missing]
    twice = sorted({name for name in given if given.count(name) > 1})
    errors += [f"two metrics give {some(twice)}; set `prefix` of one"] if twice else []
    names = some(sorted({name for _, name in wanted}), 10)
    detail = f"{len(given)} figures; the hooks ask for {names or 'none'}"
    return conclude("metrics", detail, errors, warnings)


def _missing(place: str, name: str, given: Sequence[str]) -> str:
    figures = some(given, 40) or "nothing"
    return f"{place} asks for {name!r}, but the evaluators give {figures}{suggest(name, given)}"


def _copy(metric: BaseMetric, scratch: Path) -> Any:
    """Return a copy of a metric that writes its files to a folder."""
    twin = isolate_metric(metric)
    for place in PLACES:
        if hasattr(twin, place):
            target = scratch / "out.pkl" if place == "out_file_path" else scratch
            setattr(twin, place, type(getattr(twin, place))(target))
    return twin


def _figures(metric: BaseMetric) -> list[str]:
    """Return the names of a metric's figures, as the evaluator will have them."""
    figures = metric.compute_metrics(metric.results)
    return [f"{metric.prefix}/{name}" if metric.prefix else str(name) for name in figures]


def wanted_names(runner: Runner) -> Iterator[tuple[str, str]]:
    """Yield each place of a run that asks for a metric's figure, and the figure's name."""
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook):
            for name in hook.save_best:
                yield "CheckpointHook.save_best", name
        elif isinstance(hook, EvaluationHook):
            yield "EvaluationHook.metric", hook.metric
        elif isinstance(getattr(hook, "monitor", None), str):
            yield f"{type(hook).__name__}.monitor", hook.monitor
    for scheduler in _schedulers(runner.cfg.get("param_scheduler")):
        if "ReduceOnPlateau" in str(scheduler.get("type")):
            yield f"{scheduler['type']}.monitor", scheduler.get("monitor", "loss")


def _schedulers(config: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(config, Mapping) and "type" in config:
        yield config
    elif isinstance(config, Mapping | list | tuple):
        for part in config.values() if isinstance(config, Mapping) else config:
            yield from _schedulers(part)


def _to_cpu(value: Any) -> Any:
    """Return nested values with their tensors on the CPU, where metrics compute."""
    if isinstance(value, Tensor):
        return value.detach().cpu()
    if isinstance(value, Mapping):
        return {key: _to_cpu(item) for key, item in value.items()}
    return [_to_cpu(item) for item in value] if isinstance(value, list | tuple) else value


def predict(model: Any, batch: Batch) -> tuple[list[Any], float]:
    """Let a model predict a batch, as the validation does; twice, if that is quick.

    Args:
        model: The model; is put in evaluation mode.
        batch: The batch.

    Returns:
        What it gives for each picture, on the CPU, and the seconds that it took.
    """
    model.eval()
    seconds = 0.0
    for _ in range(2):  # the first of a process is slower
        start = time.perf_counter()
        with torch.no_grad():
            predictions = model.val_step(batch)
        plain = [p.to_dict() if isinstance(p, BaseDataElement) else p for p in predictions]
        found = [_to_cpu(prediction) for prediction in plain]
        seconds = time.perf_counter() - start
        if seconds > REPEAT:
            break
    return found, seconds
