"""A trial's process: what it tells, and what it does when nobody listens any more."""

from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from digitdet.sweeps.trial_process import VALUE, TellingHook
from digitdet.training import train


def run(toy: Path, folder: Path, metric: str, line: Any) -> None:
    hook = TellingHook(metric, line)
    train(toy, work_dir=str(folder), preflight=False, hooks=[hook])


def test_a_sweep_that_is_gone_leaves_a_validation_to_be_told_again(
    toy: Path, tmp_path: Path
) -> None:
    ours, theirs = Pipe()
    ours.close()
    with pytest.raises(KeyboardInterrupt, match="the sweep is gone"):
        run(toy, tmp_path, "map", theirs)
    assert not list(tmp_path.glob("best_*"))  # nor is the epoch kept as validated
    ours, theirs = Pipe()
    for _ in range(3):
        ours.send(False)
    train(
        toy,
        work_dir=str(tmp_path),
        resume=True,
        preflight=False,
        hooks=[TellingHook("map", theirs)],
    )
    told = [ours.recv() for _ in range(3)]
    assert told == [(VALUE, (n, pytest.approx(0.5 * (1 - 0.5**n)))) for n in (1, 2, 3)]


def test_a_metric_that_nothing_computes_is_named(toy: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--metric mapp: the evaluators give map, digits_missing"):
        run(toy, tmp_path, "mapp", Pipe()[1])
