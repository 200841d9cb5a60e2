"""Trainings in real servers: MLflow as its REST API has it, TensorBoard as its pages ask for it."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from crashing.processes import Zygote
from live.servers import (
    STEPS,
    ask,
    free_port,
    points,
    serving,
    start,
    stop,
    train,
    wait_for_step,
)

pytestmark = pytest.mark.campaign


@pytest.fixture(autouse=True, scope="module")
def _installed() -> None:
    pytest.importorskip("mlflow", reason="mlflow is not installed: the extra `mlflow`")


def _command(folder: Path, port: int) -> list[str]:
    store = ["--backend-store-uri", f"sqlite:///{folder / 'server.db'}"]
    place = ["--artifacts-destination", str(folder / "artifacts"), "--host", "127.0.0.1"]
    return ["mlflow", "server", *store, *place, "--port", str(port), "--workers", "1"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ExitStack]]:
    """Address of an empty MLflow server, and what ends it."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    with ExitStack() as running:
        served = serving(_command(folder, port), port, folder / "log", "/health")
        yield running.enter_context(served), running


def _backend(address: str) -> list[dict[str, str]]:
    return [{"type": "MLflowVisBackend", "tracking_uri": address}]


def _runs(address: str, name: str) -> list[Any]:
    api = f"{address}/api/2.0/mlflow"
    home = ask(f"{api}/experiments/get-by-name", experiment_name="digitdet")["experiment"]
    found = ask(f"{api}/runs/search", {"experiment_ids": [home["experiment_id"]]})["runs"]
    return [run for run in found if run["info"]["run_name"] == name]


def _history(address: str, run: Any, name: str) -> list[tuple[int, float]]:
    url = f"{address}/api/2.0/mlflow/metrics/get-history"
    found = ask(url, run_id=run["info"]["run_id"], metric_key=name)["metrics"]
    return sorted((int(point["step"]), float(point["value"])) for point in found)


@pytest.fixture(scope="module")
def killed(
    server: tuple[str, ExitStack], zygote: Zygote, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a run that was killed beyond its checkpoint, and went on."""
    work_dir = tmp_path_factory.mktemp("runs") / "killed"
    backends = [{"type": "TensorboardVisBackend"}, *_backend(server[0])]
    stop(zygote, work_dir, backends, signal.SIGKILL, 8)
    (begun,) = _runs(server[0], "killed")
    assert begun["info"]["status"] == "RUNNING"
    train(zygote, work_dir, backends, "--resume")
    return work_dir


def test_in_mlflow_a_run_that_was_killed_and_resumed_is_one_without_doubles(
    server: tuple[str, ExitStack], killed: Path
) -> None:
    address = server[0]
    (run,) = _runs(address, "killed")
    assert run["info"]["status"] == "FINISHED"
    params = {param["key"]: param["value"] for param in run["data"]["params"]}
    assert params["optim_wrapper.optimizer.type"] == "SGD"
    assert params["model.min_size"] == "32"
    assert [value for key, value in params.items() if key.startswith("resume from")] == ["true"]
    logged = {"train/lr", "val/map", "val/number_accuracy", "epoch/loss"}
    assert logged <= {metric["key"] for metric in run["data"]["metrics"]}
    for name in logged:
        assert _history(address, run, name) == points(killed, name), name
    losses = _history(address, run, "train/loss")
    assert [step for step, _ in losses] == list(range(1, STEPS + 1))
    files = ask(f"{address}/api/2.0/mlflow/artifacts/list", run_id=run["info"]["run_id"])["files"]
    names = {file["path"] for file in files}
    assert names >= {"config.py", "quickstart.py", "run.json", "scalars.csv", "report.html"}
    assert not any(name.endswith(".pth") for name in names)


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
def test_in_tensorboard_a_run_that_was_killed_and_resumed_is_one_without_doubles(
    killed: Path, how: str
) -> None:
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


def test_a_server_that_goes_away_does_not_end_the_training(
    server: tuple[str, ExitStack], zygote: Zygote, tmp_path: Path
) -> None:
    address, running = server
    work_dir = tmp_path / "patient"
    training = start(zygote, work_dir, _backend(address))
    wait_for_step(work_dir, 3, training)
    running.close()  # the last test of it
    assert training.wait() == 0, training.output()
    said = training.output()
    assert said.count("warning: MLflow: ") == 1, said
    assert "the run is not shown there any more, its files hold all" in said
    assert [step for step, _ in points(work_dir, "train/loss")] == list(range(1, STEPS + 1))
