"""A run as its work folder tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from digitdet.analysis.charts.chart import FloatArray
from digitdet.analysis.runs.record import RECORD_FILE, RunRecord, read_record
from digitdet.analysis.runs.series import SCALARS_CSV, IntArray, Series, read_series
from digitdet.figure_names import is_error
from digitdet.folder_lock import is_held

VALIDATION = "val/"
USUAL_METRIC = "map"
UNDEFINED = -1.0  # what an evaluator gives where a figure could not be computed


@dataclass(frozen=True)
class Best:
    """The best epoch of a figure, the first of equals.

    Attributes:
        epoch: From 1.
        value: Of the figure.
    """

    epoch: int
    value: float


@dataclass(frozen=True)
class Run:
    """A run, finished or not.

    Attributes:
        folder: Its work folder.
        name: Of its config, or of its folder where no record tells that.
        record: What ``run.json`` holds; None without that file.
        series: Name -> values, such as ``train/loss``, ``val/map``, ``epoch/loss``.
        status: ``"finished"``, ``"running"``, ``"stopped"``, ``"failed"``, or ``"unknown"`` where
            nothing tells it.
        metric: The figure that decides which epoch is best, such as ``map``.
    """

    folder: Path
    name: str
    record: RunRecord | None
    series: dict[str, Series]
    status: str
    metric: str

    def per_epoch(self, name: str) -> tuple[IntArray, FloatArray]:
        """Return the last value that each epoch has in a series.

        Args:
            name: Of the series; one that the run lacks is empty.

        Returns:
            (K,) int64, rising, and (K,) float64; NaN where a figure of the validation could not
            be computed, for which the evaluators write -1.
        """
        series = self.series.get(name)
        if series is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        epochs, from_end = np.unique(series.epochs[::-1], return_index=True)
        values = series.values[::-1][from_end]
        if name.startswith(VALIDATION):
            values[values == UNDEFINED] = np.nan
        return epochs, values

    @cached_property
    def epoch_loss(self) -> tuple[IntArray, FloatArray]:
        """Mean training loss of each epoch that is over, as `per_epoch` returns values.

        It is what was written after a validation; of other epochs it is the mean of their steps.
        """
        epochs, values = self.per_epoch("epoch/loss")
        losses = dict(zip(epochs.tolist(), values.tolist(), strict=True))
        steps = self.series.get("train/loss")
        if steps is not None:
            epochs, places, counts = np.unique(steps.epochs, return_index=True, return_counts=True)
            means = np.add.reduceat(steps.values, places) / counts
            for epoch, mean in zip(epochs.tolist(), means.tolist(), strict=True):
                if epoch <= self.num_epochs_done:
                    losses.setdefault(epoch, mean)
        known = sorted(losses)
        return np.array(known, dtype=np.int64), np.array([losses[epoch] for epoch in known])

    def best_of(self, metric: str) -> Best | None:
        """Return the epoch with the best value of a figure; None where no epoch has one.

        It is the highest, or of a figure that counts errors the lowest.
        """
        epochs, values = self.per_epoch(VALIDATION + metric)
        if not np.isfinite(values).any():
            return None
        index = int(np.nanargmin(values) if is_error(metric) else np.nanargmax(values))
        return Best(int(epochs[index]), float(values[index]))

    @property
    def best(self) -> Best | None:
        """The best epoch by the run's metric; None before the first validation."""
        return self.best_of(self.metric)

    @property
    def num_steps_done(self) -> int:
        """Steps that are done; without scalars those that the record tells."""
        if self.series:
            return max(int(series.steps[-1]) for series in self.series.values())
        sessions = self.record.sessions if self.record else ()
        return next((one.last_step for one in reversed(sessions) if one.last_step), 0)

    @cached_property
    def num_epochs_done(self) -> int:
        """Epochs of which all steps are done."""
        ends = {name: int(series.epochs[-1]) for name, series in self.series.items()}
        last = max(ends.values(), default=0)
        record = self.record
        if any(end == last for name, end in ends.items() if _is_after(name)):
            return last
        if record and record.num_steps and record.num_epochs:
            return self.num_steps_done * record.num_epochs // record.num_steps
        return last if self.status == "finished" else max(last - 1, 0)

    @property
    def seconds(self) -> float | None:
        """Time of all sessions so far; None where nothing tells it."""
        sessions = self.record.sessions if self.record else ()
        return _sum(session.known_seconds for session in sessions)

    @property
    def peak_memory_mb(self) -> float | None:
        """Most memory of the process, in any session; None where nothing tells it."""
        sessions = self.record.sessions if self.record else ()
        return _max(session.peak_memory_mb for session in sessions)

    @property
    def peak_gpu_memory_mb(self) -> float | None:
        """Most memory of tensors on the GPU, in any session; None without one."""
        sessions = self.record.sessions if self.record else ()
        return _max(session.peak_gpu_memory_mb for session in sessions)


def read_run(folder: str | Path) -> Run:
    """Read a run, also one that still goes on.

    Args:
        folder: Its work folder.

    Raises:
        FileNotFoundError: If the folder is missing, or no training has written to it.
        ValueError: If a file in it is not what a training writes.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; name the work folder of a run")
    scalars = folder / SCALARS_CSV
    record = read_record(folder)
    if record is None and not scalars.is_file():
        inside = sorted(file.parent for file in folder.glob(f"*/{SCALARS_CSV}"))
        wanted = "the folder that tools/train.py wrote to"
        if inside:
            wanted = f"a run within it, such as {inside[0]}"
        raise FileNotFoundError(
            f"{folder}: is no work folder of a run, as it holds neither {RECORD_FILE} nor "
            f"{SCALARS_CSV}; name {wanted}"
        )
    series = read_series(scalars) if scalars.is_file() else {}
    name = (record and record.name) or folder.resolve().name
    metric = (record and record.metric) or _usual_metric(series)
    return Run(folder, name, record, series, _status(folder, record), metric)


def _status(folder: Path, record: RunRecord | None) -> str:
    """Tell how a run ended: a kill leaves no word, but its lock is gone."""
    said = record.sessions[-1].outcome if record and record.sessions else "unknown"
    if said not in ("running", "unknown"):
        return said
    if is_held(folder):
        return "running"
    return "stopped" if said == "running" else "unknown"


def _usual_metric(series: Iterable[str]) -> str:
    figures = [name.removeprefix(VALIDATION) for name in series if name.startswith(VALIDATION)]
    return figures[0] if figures and USUAL_METRIC not in figures else USUAL_METRIC


def _is_after(name: str) -> bool:
    """Whether a row of that name is written after an epoch's last step."""
    return name.startswith((VALIDATION, "epoch/"))


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _max(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
