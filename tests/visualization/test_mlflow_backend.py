"""Runs in MLflow, in a database of their own; servers are asked in ``tests/live``."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from digitdet.sqlite_files import sqlite_address
from digitdet.visualization import LiveRun, MLflowVisBackend
from digitdet.visualization.mlflow_store import Store, check_answers
from digitdet.visualization.remembered import recall

CONFIG = {"train_cfg": {"max_epochs": 2}, "optimizer": {"lr": 0.1}, "mean": [0.5] * 4000}


@pytest.fixture(scope="module", autouse=True)
def _private() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    patch.setenv("DO_NOT_TRACK", "true")
    patch.delenv("MLFLOW_TRACKING_URI", raising=False)
    patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # what a backend sets is undone, too
    patch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    yield
    patch.undo()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with one database."""
    pytest.importorskip("mlflow", reason="mlflow is not installed: the extra `mlflow`")
    return tmp_path_factory.mktemp("runs")


def _live(work_dir: Path, **changes: Any) -> LiveRun:
    work_dir.mkdir(exist_ok=True)
    return LiveRun(work_dir, **{"config": CONFIG, "config_text": "lr = 0.1\n", **changes})


def _begun(run: LiveRun, **arguments: Any) -> MLflowVisBackend:
    backend = MLflowVisBackend(save_dir=str(run.work_dir / "vis_data"), **arguments)
    backend.check()
    backend.begin(run)
    return backend


def _stored(backend: MLflowVisBackend, work_dir: Path) -> Any:
    return backend.experiment.get_run(recall(work_dir, "mlflow")["run_id"])


def _points(backend: MLflowVisBackend, run: Any, name: str) -> list[tuple[int, float]]:
    history = backend.experiment.get_metric_history(run.info.run_id, name)
    return [(point.step, point.value) for point in history]


def test_a_run_has_params_values_files_and_an_outcome(root: Path) -> None:
    work_dir = root / "one"
    run = _live(work_dir, commit="abc")
    (work_dir / "scalars.csv").write_text("step,epoch,name,value\n")
    (work_dir / "epoch_1.pth").touch()
    backend = _begun(run, tags={"by": "me"}, params={"note": 3})
    assert _stored(backend, work_dir).info.status == "RUNNING"
    backend.add_scalars({"train/loss": torch.tensor(0.5), "text": "none"}, 1)
    backend.add_scalar("train/loss", 0.25, 2)
    backend.end("finished")
    stored = _stored(backend, work_dir)
    assert stored.info.status == "FINISHED"
    assert stored.info.run_name == "one"
    params = stored.data.params
    assert len(params.pop("mean")) == 6000  # what MLflow takes of one
    assert params == {"optimizer.lr": "0.1", "train_cfg.max_epochs": "2", "note": "3"}
    assert stored.data.tags.items() >= {"by": "me", "mlflow.source.git.commit": "abc"}.items()
    assert _points(backend, stored, "train/loss") == [(1, 0.5), (2, 0.25)]
    assert set(stored.data.metrics) == {"train/loss"}
    files = [file.path for file in backend.experiment.list_artifacts(stored.info.run_id)]
    assert files == ["config.py", "scalars.csv"]


def test_a_resumed_run_goes_on_as_the_same_without_doubles(root: Path) -> None:
    work_dir = root / "two"
    first = _begun(_live(work_dir))
    for step in (1, 2, 3):
        first.add_scalar("val/map", step / 8, step)
    first.end("stopped")
    assert _stored(first, work_dir).info.status == "KILLED"
    more = {"train_cfg": {"max_epochs": 4}, "optimizer": {"lr": 0.1}}
    resumed = _begun(_live(work_dir, config=more, step=2, is_resumed=True))
    assert _stored(resumed, work_dir).info.status == "RUNNING"
    resumed.add_scalar("val/map", 0.375, 3)  # as before
    resumed.add_scalar("val/map", 0.75, 4)
    resumed.end("failed")
    stored = _stored(resumed, work_dir)
    assert stored.info.run_id == _stored(first, work_dir).info.run_id
    assert stored.info.status == "FAILED"
    assert _points(resumed, stored, "val/map") == [(1, 0.125), (2, 0.25), (3, 0.375), (4, 0.75)]
    assert stored.data.params["train_cfg.max_epochs"] == "2"
    assert stored.data.params["train_cfg.max_epochs from step 2"] == "4"
    assert "optimizer.lr from step 2" not in stored.data.params
    for epochs in (6, 4, 6):  # sessions that came to no checkpoint
        again = {"train_cfg": {"max_epochs": epochs}}
        _begun(_live(work_dir, config=again, step=2, is_resumed=True)).end("failed")
    params = _stored(resumed, work_dir).data.params
    assert params["train_cfg.max_epochs from step 2"] == "4"
    assert params["train_cfg.max_epochs from step 2 no 2"] == "6"
    assert len(params) == 5


def test_an_experiment_that_two_trainings_make_at_once_is_one(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(sqlite_address(root / "mlflow.db"))
    made = store.experiment("both", None)
    look = store.client.get_experiment_by_name
    answers = iter([lambda _: None, look])  # the other one makes it after the first look
    monkeypatch.setattr(store.client, "get_experiment_by_name", lambda name: next(answers)(name))
    assert store.experiment("both", None) == made


def test_a_run_that_was_deleted_is_begun_again_and_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work_dir = root / "three"
    first = _begun(_live(work_dir), tracked_config_keys=["optimizer"])
    old = _stored(first, work_dir)
    assert old.data.params == {"optimizer.lr": "0.1"}
    first.end("finished")
    first.experiment.delete_run(old.info.run_id)
    again = _begun(_live(work_dir, is_resumed=True))
    assert _stored(again, work_dir).info.run_id != old.info.run_id
    assert f"no run {old.info.run_id} any more" in capsys.readouterr().err
    again.end("finished")


def test_a_key_that_is_not_in_the_config_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match=r"names 'optimiser', which is none .* optimizer"):
        _begun(_live(root / "four"), tracked_config_keys=["optimiser"])


def test_a_server_that_does_not_answer_is_refused_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=r"no MLflow server answers at http.*mlflow serv"):
            check_answers(uri)


def test_what_never_began_has_nothing_to_end() -> None:
    backend = MLflowVisBackend("folder", tracking_uri="http://127.0.0.1:1")
    backend.end("failed")
    backend.add_image("empty", None)
    assert backend.experiment is None
    assert "MLFLOW_RUN_ID" not in os.environ
