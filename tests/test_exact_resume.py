"""A run on photographs that is stopped three times equals one that was not, bit for bit."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from crashing.comparison import check_equal
from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.registry import HOOKS
from digitdet.training import train

CONFIG = Path(__file__).parents[1] / "configs" / "experiments" / "frcnn_small_folder.py"
SMALL = [
    "load_from=None",
    "train_dataloader.batch_size=2",
    "train_dataloader.dataset.indices=6",
    "val_dataloader.batch_size=1",
    "val_dataloader.dataset.indices=2",
    "train_cfg.max_epochs=2",
    "default_hooks.report=None",
    "param_scheduler.0.T_max=2",
    "model.min_size=64",
    "model.max_size=128",
    "model.score_threshold=0.0",
    "custom_hooks=[{'type':'EvaluationHook','metric':'map'},{'type':'InterruptionHook'}]",
]
EVENTS: list[str] = []


@HOOKS.register_module()
class InterruptionHook(Hook):
    """Sends the process SIGTERM at the first of the `EVENTS`.

    No argument of it, as the configs of all runs are to be the same.
    """

    priority = "HIGHEST"

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        _interrupt_at(f"after step {runner.iter + 1}")

    def after_train_epoch(self, runner: Runner) -> None:
        _interrupt_at(f"after epoch {runner.epoch + 1}")

    def after_val_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        _interrupt_at(f"in the validation after epoch {runner.epoch}")


def _interrupt_at(event: str) -> None:
    if EVENTS[:1] == [event]:
        os.kill(os.getpid(), signal.SIGTERM)
        del EVENTS[0]


@pytest.mark.real_data
@pytest.mark.parametrize("num_workers", [pytest.param(0, marks=pytest.mark.campaign), 2])
def test_a_run_stopped_three_times_equals_the_unbroken_one(
    num_workers: int, real_data: Path, tmp_path: Path
) -> None:
    loaders = [f"{name}_dataloader.num_workers={num_workers}" for name in ("train", "val")]
    options = [*SMALL, *loaders, f"data_root={real_data}"]

    def run(name: str) -> None:
        folder = str(tmp_path / name)
        train(CONFIG, work_dir=folder, options=options, resume=True, preflight=False)

    run("unbroken")
    places = ["after step 2", "after epoch 1", "in the validation after epoch 2"]
    EVENTS[:] = places
    for place in places:
        with pytest.raises(KeyboardInterrupt, match=f"interrupted by SIGTERM {place}.*; saved: "):
            run("stopped")
    assert not EVENTS
    run("stopped")
    check_equal(tmp_path / "stopped", tmp_path / "unbroken")
