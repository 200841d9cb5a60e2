"""Checks a run before its first step, without a trace in it."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from mmengine.runner import Runner

from digitdet.console import console
from digitdet.determinism import restored_randomness
from digitdet.preflight.annotation_files import annotated_parts
from digitdet.preflight.data import check_data
from digitdet.preflight.disk import check_disk
from digitdet.preflight.estimates import estimate_memory, estimate_time, pace_of, used_memory
from digitdet.preflight.evaluation_pipeline import check_evaluation
from digitdet.preflight.failures import in_words
from digitdet.preflight.findings import Finding
from digitdet.preflight.hardware import check_hardware
from digitdet.preflight.hooks import check_hooks
from digitdet.preflight.input_range import check_input
from digitdet.preflight.labels import check_labels
from digitdet.preflight.metric_names import check_metrics, predict
from digitdet.preflight.samples import Samples, batch_size, read_samples
from digitdet.preflight.schedules import check_schedules
from digitdet.preflight.start import check_start
from digitdet.preflight.step import check_optimizer, check_step, try_steps
from digitdet.preflight.trial import Trial, make_trial

T = TypeVar("T")
MOST_TRAIN, MOST_VAL = 64, 8  # samples that are read
PATIENCE = 8.0  # seconds after which a check says that it is still at it


def run_preflight(runner: Runner, work_dir: Path) -> list[Finding]:
    """Check a run before its first step.

    Samples are read from copies of the data sets, the step is tried with a copy of the model, and
    the generators' states are restored: the run that follows is the one that would have been. In
    a distributed run, call it in the main process alone.

    Args:
        runner: Built from a config, before its training.
        work_dir: Where the run will write.

    Returns:
        One finding for each check; those of a later check are missing where it needs an earlier
        one.
    """
    checks = _Checks()
    on_cuda = any(parameter.is_cuda for parameter in runner.bare_model.parameters())
    with restored_randomness(), tempfile.TemporaryDirectory(prefix="digitdet-") as scratch:
        torch.manual_seed(runner.seed)
        splits = _read(checks, runner)
        _check_samples(checks, runner, splits)
        before = used_memory(on_cuda)
        trial = checks.attempt("optimizer", make_trial, runner)
        if isinstance(trial, Trial):
            _try_out(checks, runner, splits, trial, before, Path(scratch))
            checks.attempt("disk", check_disk, runner, trial, work_dir)
        checks.attempt("schedules", check_schedules, runner)
        checks.attempt("hooks", check_hooks, runner)
        checks.attempt("hardware", check_hardware, runner, runner.bare_model)
    if on_cuda:
        del trial
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    return checks.findings


class _Checks:
    """Collects findings; what a check raises is an error of it."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def attempt(self, name: str, function: Callable[..., T], *args: Any) -> T | None:
        """Call a function; keep its finding, or its error; return what it returns, or None."""
        try:
            with _patience(name):
                result = function(*args)
        except Exception as error:
            self.findings.append(Finding(name, in_words(error), "error", error))
            return None
        if isinstance(result, Finding):
            self.findings.append(result)
        return result


@contextmanager
def _patience(name: str) -> Iterator[None]:
    """Say that a check is still at it, if it takes long."""
    text = f"preflight: still at the check {name!r}; a heavy model takes its time on a CPU"
    timer = threading.Timer(PATIENCE, console.print, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read(checks: _Checks, runner: Runner) -> dict[str, Samples]:
    """Read samples of the training and, if there is one, of the validation."""
    loader = runner.train_dataloader
    wanted = {"train": (loader, min(batch_size(loader), MOST_TRAIN))}
    if runner.val_loop is not None:
        wanted["val"] = runner.val_dataloader, MOST_VAL
    read = {
        split: checks.attempt("data", read_samples, split, source, count, runner.seed)
        for split, (source, count) in wanted.items()
    }
    return {split: samples for split, samples in read.items() if samples is not None}


def _check_samples(checks: _Checks, runner: Runner, splits: dict[str, Samples]) -> None:
    """Check what needs no step of the model."""
    model, samples = runner.bare_model, list(splits.values())
    classes = getattr(model, "num_classes", None)
    annotated = checks.attempt("labels", annotated_parts, samples) or []
    checks.attempt("labels", check_labels, samples, annotated, classes)
    checks.attempt("data", check_data, samples, annotated, classes)
    checks.attempt("input", check_input, samples, model)
    if "val" in splits:
        checks.attempt("evaluation", check_evaluation, splits["val"])


def _try_out(
    checks: _Checks,
    runner: Runner,
    splits: dict[str, Samples],
    trial: Trial,
    before: int,
    scratch: Path,
) -> None:
    """Try a step and a prediction, and estimate the run by them."""
    checks.attempt("start", check_start, runner, trial)
    train, val, val_pace = splits.get("train"), splits.get("val"), None
    step = checks.attempt("step", try_steps, trial, train) if train else None
    if step is not None:
        checks.attempt("step", check_step, step)
        checks.attempt("optimizer", check_optimizer, trial)
    if val is not None:
        batch = val.collate([val.with_boxes])
        found = checks.attempt("metrics", predict, trial.model, batch)
        if found is not None:
            predictions, seconds = found
            val_pace = pace_of(val, seconds, 1)
            checks.attempt("metrics", check_metrics, runner, batch, predictions, scratch)
    if step is not None and train is not None:
        pace = pace_of(train, step.seconds, step.num_pictures)
        checks.attempt("time", estimate_time, runner, pace, val_pace)
        checks.attempt("memory", estimate_memory, trial, step, train, before)
