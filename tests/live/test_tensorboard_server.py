"""Trainings in a real TensorBoard server, as its pages ask for them."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest
from live.servers import STEPS, ask, free_port, points, serving, stop, train

pytestmark = pytest.mark.campaign
BACKEND = [{"type": "TensorboardVisBackend"}]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was killed beyond its checkpoint, and went on."""
    work_dir = tmp_path_factory.mktemp("runs") / "killed"
    stop(work_dir, BACKEND, signal.SIGKILL, 8)
    train(work_dir, BACKEND, "--resume")
    return work_dir


def _loaded(address: str, num_steps: int) -> dict[str, Any]:
    """Return the names of each run, once the server has read their files."""
    end = time.monotonic() + 60
    while True:
        tags = ask(f"{address}/data/plugin/scalars/tags")
        for run, names in tags.items():
            if "train/loss" in names:
                found = _points(address, run, "train/loss")
                if len(found) >= num_steps or time.monotonic() > end:
                    return tags
        assert time.monotonic() < end, tags
        time.sleep(0.5)


def _points(address: str, run: str, name: str) -> list[tuple[int, float]]:
    found = ask(f"{address}/data/plugin/scalars/scalars", run=run, tag=name)
    return [(step, value) for _, step, value in found]


@pytest.mark.parametrize("how", ["--load_fast=auto", "--load_fast=false"])
def test_a_run_that_was_killed_and_resumed_is_one_without_doubles(killed: Path, how: str) -> None:
    port, log = free_port(), killed.parent / "log"
    places = ["--logdir", str(killed.parent), "--host", "127.0.0.1", "--port", str(port)]
    command = ["tensorboard.main", *places, how, "--reload_interval=1"]
    with serving(command, port, log) as address:
        ((run, names),) = _loaded(address, STEPS).items()
        assert run.startswith("killed/")
        steps = [step for step, _ in _points(address, run, "train/loss")]
        assert steps == list(range(1, STEPS + 1))
        for name in ("train/lr", "val/map", "val/number_accuracy", "epoch/loss"):
            shown = _points(address, run, name)
            expected = points(killed, name)
            assert [step for step, _ in shown] == [step for step, _ in expected], name
            assert [v for _, v in shown] == pytest.approx([v for _, v in expected], rel=1e-6)
        assert names.keys() >= {"train/time", "val/map_50"}
