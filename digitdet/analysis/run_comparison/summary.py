"""What runs gave and cost, in figures."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from digitdet.analysis.charts.chart import FloatArray
from digitdet.analysis.run_comparison.groups import Group
from digitdet.analysis.runs import Run


@dataclass(frozen=True)
class Spread:
    """Values of the runs of a group.

    Attributes:
        mean: Their mean.
        deviation: Their standard deviation, divided by their number minus 1; None for one value.
        values: One of each run that has one.
    """

    mean: float
    deviation: float | None
    values: Sequence[float]


@dataclass(frozen=True)
class FigureSummary:
    """A figure of the validation of a group.

    Attributes:
        best: Of each run at its own best epoch; None without any value.
        best_epochs: Those epochs.
        last: Of each run at its last validation.
    """

    best: Spread | None
    best_epochs: Sequence[int]
    last: Spread | None


@dataclass(frozen=True)
class Summary:
    """What a group gave and cost; None where nothing tells it.

    Attributes:
        label: Of the group.
        folders: Of its runs.
        statuses: Of its runs.
        epochs_done: Of its runs.
        num_epochs: Epochs that the config asks for.
        last_loss: Mean training loss of the last epoch.
        figures: Name -> figure.
        seconds: Time of a run.
        epoch_seconds: Time of an epoch with its validation.
        peak_memory_mb: Most memory of a process.
        peak_gpu_memory_mb: Most memory of tensors on the GPU.
        num_parameters: Of the model.
        num_trained_parameters: Those that are not frozen.
    """

    label: str
    folders: Sequence[str]
    statuses: Sequence[str]
    epochs_done: Sequence[int]
    num_epochs: int | None
    last_loss: Spread | None
    figures: dict[str, FigureSummary]
    seconds: float | None
    epoch_seconds: float | None
    peak_memory_mb: float | None
    peak_gpu_memory_mb: float | None
    num_parameters: int | None
    num_trained_parameters: int | None


def summarize(group: Group, metrics: Sequence[str]) -> Summary:
    """Sum up the runs of a group.

    Args:
        group: The group.
        metrics: Figures of the validation.
    """
    runs = group.runs
    records = [run.record for run in runs if run.record]
    return Summary(
        label=group.label,
        folders=[str(run.folder) for run in runs],
        statuses=[run.status for run in runs],
        epochs_done=[run.num_epochs_done for run in runs],
        num_epochs=_first(record.num_epochs for record in records),
        last_loss=_spread(_last(run.epoch_loss[1]) for run in runs),
        figures={metric: _figure(runs, metric) for metric in metrics},
        seconds=_mean(run.seconds for run in runs),
        epoch_seconds=_mean(map(_epoch_seconds, runs)),
        peak_memory_mb=_most(runs, lambda run: run.peak_memory_mb),
        peak_gpu_memory_mb=_most(runs, lambda run: run.peak_gpu_memory_mb),
        num_parameters=_first(record.num_parameters for record in records),
        num_trained_parameters=_first(record.num_trained_parameters for record in records),
    )


def _figure(runs: Sequence[Run], metric: str) -> FigureSummary:
    bests = [best for run in runs if (best := run.best_of(metric))]
    return FigureSummary(
        best=_spread(best.value for best in bests),
        best_epochs=[best.epoch for best in bests],
        last=_spread(_last(run.per_epoch(f"val/{metric}")[1]) for run in runs),
    )


def _epoch_seconds(run: Run) -> float | None:
    """Return the mean time of a run's epochs, their validations included."""
    epochs = run.record.epochs if run.record else ()
    times = [e.seconds + (e.validation_seconds or 0) for e in epochs if e.seconds is not None]
    return statistics.fmean(times) if times else None


def _spread(values: Iterable[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    deviation = statistics.stdev(known) if len(known) > 1 else None
    return Spread(statistics.fmean(known), deviation, known)


def _last(values: FloatArray) -> float | None:
    """Return the last value; None where there is none, or it is no number."""
    return float(values[-1]) if len(values) and np.isfinite(values[-1]) else None


def _mean(values: Iterable[float | None]) -> float | None:
    spread = _spread(values)
    return spread.mean if spread else None


def _most(runs: Sequence[Run], value_of: Callable[[Run], float | None]) -> float | None:
    return max((value for run in runs if (value := value_of(run)) is not None), default=None)


def _first(values: Iterable[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)
