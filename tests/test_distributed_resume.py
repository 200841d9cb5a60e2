"""A run of two processes that is stopped within an epoch equals the unbroken one, bit for bit."""

import os
import signal
from pathlib import Path
from typing import Any

from crashing.comparison import check_equal
from mmengine.hooks import Hook
from tiny_runs import MeanMetric, make_runner, make_samples
from two_processes import in_two_processes

from digitdet.hooks import CheckpointHook, ScalarsHook
from digitdet.interruption import TrainingInterrupted


class StopInOne(Hook):
    """Asks one of the processes to end after its second step."""

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def after_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        if self.rank == 1 and runner.iter == 1:
            os.kill(os.getpid(), signal.SIGTERM)


def loader(count: int) -> dict[str, Any]:
    sampler = {"type": "DefaultSampler", "shuffle": False}
    how = {"batch_size": 2, "sampler": sampler, "collate_fn": {"type": "default_collate"}}
    return {"dataset": make_samples(count), **how}


def train(folder: Path, *hooks: Hook, resume: bool = False) -> None:
    """Each process has BatchNorm statistics of its own, and a validation of its own pictures."""
    runner = make_runner(
        folder / "run",
        loader(12),
        *hooks,
        default_hooks={"checkpoint": CheckpointHook(save_best="mean"), "scalars": ScalarsHook()},
        launcher="pytorch",
        resume=resume,
        val_dataloader=loader(8),
        val_cfg={},
        val_evaluator=[MeanMetric()],
    )
    runner.train()


def test_two_processes_go_on_as_if_they_were_never_stopped(tmp_path: Path) -> None:
    def work(rank: int) -> None:
        os.chdir(tmp_path)  # of no repository, whose commit may change meanwhile
        train(tmp_path / "unbroken")
        try:
            train(tmp_path / "stopped", StopInOne(rank))
        except TrainingInterrupted as stopped:
            print(stopped.place)
        train(tmp_path / "stopped", resume=True)

    for said in in_two_processes(work, tmp_path):
        assert "after step 2" in said
    for name in ("unbroken", "stopped"):
        for file in (tmp_path / name / "run").glob("*.py"):  # the config, named by the time
            file.unlink()
    check_equal(tmp_path / "stopped" / "run", tmp_path / "unbroken" / "run")
