"""Compares the figures that a run's metrics give with those that its hooks ask for."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from torch import Tensor

from digitdet.config_checks.problems import suggest
from digitdet.hooks import EvaluationHook
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
    failed = []
    for metric in runner.val_evaluator.metrics:
        try:
            given += _figures(metric, batch, predictions, scratch)
        except Exception as error:
            kind = type(metric).__name__
            failed.append(f"{kind} can't judge a single picture: {type(error).__name__}: {error}")
    missing = [
        f"{place} asks for {name!r}, but the evaluators give {some(given, 40) or 'nothing'}"
        f"{suggest(name, given)}"
        for place, name in wanted_names(runner)
        if name not in given
    ]
    twice = sorted({name for name in given if given.count(name) > 1})
    errors = [f"two metrics give {some(twice)}; set `prefix` of one"] if twice else []
    if failed:  # what is missing may be what these would give
        return conclude("metrics", "", errors, [*failed, *missing])
    names = some(sorted({name for _, name in wanted_names(runner)}), 10)
    detail = f"{len(given)} figures; the hooks ask for {names or 'none'}"
    return conclude("metrics", detail, [*errors, *missing])


def _figures(
    metric: BaseMetric, batch: Batch, predictions: Sequence[Any], scratch: Path
) -> list[str]:
    """Return the names of a metric's figures, as the evaluator will have them."""
    twin = isolate_metric(metric)
    for place in PLACES:
        if hasattr(twin, place):
            target = scratch / "out.pkl" if place == "out_file_path" else scratch
            setattr(twin, place, type(getattr(twin, place))(target))
    twin.process(batch, predictions)
    figures = twin.compute_metrics(twin.results)
    return [f"{twin.prefix}/{name}" if twin.prefix else str(name) for name in figures]


def wanted_names(runner: Runner) -> Iterator[tuple[str, str]]:
    """Yield each place of a run that asks for a metric's figure, and the figure's name."""
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook):
            for name in hook.save_best or ():
                if name != "auto":
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
