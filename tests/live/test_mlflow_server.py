"""Trainings in a real MLflow server, as its REST API has them."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live.servers import (
    SECONDS,
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
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty MLflow server."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    with serving(_command(folder, port), port, folder / "log", "/health") as address:
        yield address


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


def test_a_training_that_was_stopped_and_resumed_is_one_run(server: str, tmp_path: Path) -> None:
    work_dir = tmp_path / "resumed"
    stop(work_dir, _backend(server), signal.SIGTERM, 7)
    (stopped,) = _runs(server, "resumed")
    assert stopped["info"]["status"] == "KILLED"
    train(work_dir, _backend(server), "--resume")
    (run,) = _runs(server, "resumed")
    assert run["info"]["run_id"] == stopped["info"]["run_id"]
    assert run["info"]["status"] == "FINISHED"
    params = {param["key"]: param["value"] for param in run["data"]["params"]}
    assert params["optim_wrapper.optimizer.type"] == "SGD"
    assert params["model.min_size"] == "32"
    assert [value for key, value in params.items() if key.startswith("resume from")] == ["true"]
    logged = {"train/lr", "val/map", "val/number_accuracy", "epoch/loss"}
    assert logged <= {metric["key"] for metric in run["data"]["metrics"]}
    for name in logged:
        assert _history(server, run, name) == points(work_dir, name), name
    losses = _history(server, run, "train/loss")
    assert [step for step, _ in losses] == list(range(1, STEPS + 1))
    files = ask(f"{server}/api/2.0/mlflow/artifacts/list", run_id=run["info"]["run_id"])["files"]
    names = {file["path"] for file in files}
    assert names >= {"config.py", "quickstart.py", "run.json", "scalars.csv", "report.html"}
    assert not any(name.endswith(".pth") for name in names)


def test_a_training_that_fails_is_told(server: str, tmp_path: Path) -> None:
    work_dir = tmp_path / "failing"
    more = ["optim_wrapper.optimizer.lr=1e30"]
    training = start(work_dir, _backend(server), "--cfg-options", *more)
    said, _ = training.communicate(timeout=SECONDS)
    assert training.returncode == 1, said
    (run,) = _runs(server, "failing")
    assert run["info"]["status"] == "FAILED"


def test_a_server_that_goes_away_does_not_end_the_training(tmp_path: Path) -> None:
    folder, port, work_dir = tmp_path / "server", free_port(), tmp_path / "patient"
    folder.mkdir()
    with serving(_command(folder, port), port, folder / "log", "/health") as address:
        training = start(work_dir, _backend(address))
        wait_for_step(work_dir, 3, training)
    said, _ = training.communicate(timeout=SECONDS)
    assert training.returncode == 0, said
    assert said.count("warning: MLflow: ") == 1, said
    assert "the run is not shown there any more, its files hold all" in said
    assert [step for step, _ in points(work_dir, "train/loss")] == list(range(1, STEPS + 1))


def test_a_server_that_never_was_is_an_error_before_anything_is_trained(tmp_path: Path) -> None:
    work_dir = tmp_path / "run"
    training = start(work_dir, _backend(f"http://127.0.0.1:{free_port()}"))
    said, _ = training.communicate(timeout=SECONDS)
    assert training.returncode == 1
    assert "error: no MLflow server answers at http://127.0.0.1" in said
    assert "Traceback" not in said
    assert not (work_dir / "scalars.csv").exists()
