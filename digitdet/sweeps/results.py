"""What the trials of a sweep gave, and the table ``trials.csv`` of it."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitdet.config_views.text import literal
from digitdet.whole_files import whole_file

TRIALS_CSV = "trials.csv"
TRIAL_FOLDERS = "trial_"  # what their names begin with
FINISHED, PRUNED, FAILED, UNFINISHED = "finished", "pruned", "failed", "unfinished"


@dataclass(frozen=True)
class TrialResult:
    """What a trial gave.

    Attributes:
        number: From 0.
        state: ``"finished"``, ``"pruned"``, ``"failed"`` or ``"unfinished"``.
        values: Dotted key -> value that it was trained with.
        history: Epoch -> value of the metric, of the epochs that were validated.
        best_epoch: The first epoch with the best value; None where there is none.
        seconds: Time of its training, all sessions together.
        error: What it failed of, one line; "" otherwise.
    """

    number: int
    state: str
    values: Mapping[str, Any]
    history: Mapping[int, float]
    best_epoch: int | None
    seconds: float
    error: str = ""

    @property
    def value(self) -> float | None:
        """Its best value of the metric."""
        return None if self.best_epoch is None else self.history[self.best_epoch]

    @property
    def folder(self) -> str:
        """The name of its folder within that of the sweep."""
        return trial_folder(self.number)


def trial_folder(number: int) -> str:
    """Return the name of a trial's folder."""
    return f"{TRIAL_FOLDERS}{number:03d}"


def best_epoch(history: Mapping[int, float], *, is_error: bool) -> int | None:
    """Return the first epoch with the best value; None where none is a number.

    Args:
        history: Epoch -> value.
        is_error: Whether a smaller value is the better one.
    """
    sign = 1 if is_error else -1
    finite = {epoch: sign * value for epoch, value in history.items() if math.isfinite(value)}
    return min(finite, key=lambda epoch: (finite[epoch], epoch), default=None)


def ranked(results: Sequence[TrialResult], *, is_error: bool) -> list[TrialResult]:
    """Return the finished trials, the best first; of equal ones the earlier."""
    sign = 1 if is_error else -1
    finished = [(r.value, r) for r in results if r.state == FINISHED and r.value is not None]
    return [r for _, r in sorted(finished, key=lambda pair: (sign * pair[0], pair[1].number))]


def write_trials(file: Path, results: Sequence[TrialResult], metric: str) -> None:
    """Write a row for each trial, in their order.

    Args:
        file: The file to make or replace.
        results: Of all trials.
        metric: Names the column of their best values.
    """
    keys = list(dict.fromkeys(key for result in results for key in result.values))
    names = ["trial", "state", metric, "best_epoch", "validations", "seconds", "folder"]
    rows: list[list[Any]] = [[*names, *keys, "error"]]
    for result in results:
        rows.append([result.number, result.state])
        rows[-1] += ["" if n is None else n for n in (result.value, result.best_epoch)]
        rows[-1] += [len(result.history), f"{result.seconds:.1f}", result.folder]
        rows[-1] += [_cell(result.values[key]) if key in result.values else "" for key in keys]
        rows[-1].append(result.error)
    with whole_file(file) as part, part.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else literal(value)
