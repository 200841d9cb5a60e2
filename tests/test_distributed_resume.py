"""A run of two processes that is stopped within an epoch equals the unbroken one, bit for bit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crashing.comparison import check_equal

# Each process has BatchNorm statistics of its own, and a validation of its own pictures.
TRAININGS = """
import os, signal, sys
from pathlib import Path
import torch
from tiny_runs import MeanMetric, make_runner, make_samples
from mmengine.hooks import Hook
from torch.utils.data import DataLoader
from digitdet.hooks import CheckpointHook, ScalarsHook
from digitdet.interruption import TrainingInterrupted

class StopInOne(Hook):
    def after_train_iter(self, runner, *_, **__):
        if rank == 1 and runner.iter == 1:
            os.kill(os.getpid(), signal.SIGTERM)

def loader(count):
    sampler = {"type": "DefaultSampler", "shuffle": False}
    how = {"batch_size": 2, "sampler": sampler, "collate_fn": {"type": "default_collate"}}
    return {"dataset": make_samples(count), **how}

def train(name, *hooks, resume=False):
    runner = make_runner(
        folder / name / "run",
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

rank = int(os.fork() == 0)
os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2")
folder = Path(sys.argv[1])
store = f"file://{folder / 'store'}"
torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=2)
train("unbroken")
try:
    train("stopped", StopInOne())
except TrainingInterrupted as stopped:
    print(stopped.place, flush=True)
train("stopped", resume=True)
torch.distributed.destroy_process_group()
if rank == 0:
    os.wait()
"""


@pytest.mark.campaign
def test_two_processes_go_on_as_if_they_were_never_stopped(tmp_path: Path) -> None:
    paths = os.pathsep.join(map(str, (Path(__file__).parent, Path(__file__).parents[1])))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", TRAININGS, str(tmp_path)]
    done = subprocess.run(
        command,
        env=environment,
        check=True,
        timeout=100,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "after step 2" in done.stdout, done.stdout
    for name in ("unbroken", "stopped"):
        for file in (tmp_path / name / "run").glob("*.py"):  # the config, named by the time
            file.unlink()
    check_equal(tmp_path / "stopped" / "run", tmp_path / "unbroken" / "run")
