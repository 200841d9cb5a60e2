"""Shows a run in MLflow."""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.visualization import BaseVisBackend

from digitdet.hooks.scalars_hook import to_numbers
from digitdet.registry import VISBACKENDS
from digitdet.sqlite_files import sqlite_address
from digitdet.visualization.extras import check_extra
from digitdet.visualization.flat_configs import flatten
from digitdet.visualization.live_run import ARTIFACTS, LiveRun, Outcome
from digitdet.visualization.mlflow_store import Store, check_answers
from digitdet.visualization.outbox import Outbox
from digitdet.visualization.remembered import recall, remember

NAME = "mlflow"
STATUS = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}


@VISBACKENDS.register_module()
class MLflowVisBackend(BaseVisBackend):
    """Sends a run to MLflow: its config as params, what it logs as metrics, its files at the end.

    A run that goes on after a stop is the same run in MLflow; values that are there already are not
    sent again, and a param that has changed stands beside the old one as ``KEY from step N``. Its
    status ends as FINISHED, KILLED (by a signal) or FAILED. While the server is away, the training
    goes on, and what it logs waits.

    Args:
        save_dir: Not used; each backend is given one.
        exp_name: Name of the experiment that runs are listed under.
        run_name: Name of the run; that of its work folder if None.
        tags: Tags of the run.
        params: Params besides the config's.
        tracking_uri: The server or database; where None, what ``MLFLOW_TRACKING_URI`` says, or
            else a file ``mlflow.db`` beside the work folder, or beside that of the seeds or the
            sweep that it is a part of.
        tracked_config_keys: Top-level keys of the config that become params; all if None.
        artifact_location: Where a new experiment keeps files; the server decides if None.
        artifacts: Patterns of files in the work folder to send at the end.
    """

    def __init__(
        self,
        save_dir: str,
        exp_name: str = "digitdet",
        run_name: str | None = None,
        tags: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        tracking_uri: str | None = None,
        tracked_config_keys: Sequence[str] | None = None,
        artifact_location: str | None = None,
        artifacts: Sequence[str] = ARTIFACTS,
    ) -> None:
        super().__init__(save_dir)
        self._exp_name = exp_name
        self._run_name = run_name
        self._tags = dict(tags or {})
        self._params = dict(params or {})
        self._uri = tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
        self._tracked_config_keys = tracked_config_keys
        self._artifact_location = artifact_location
        self._artifacts = tuple(artifacts)
        self._run: LiveRun | None = None
        self._store: Store | None = None
        self._outbox = Outbox(self._send, "MLflow")

    @property
    def experiment(self) -> Any:
        """MLflow's client; None before the training begins."""
        return self._store and self._store.client

    def _init_env(self) -> None:
        """Do nothing: a training begins it."""

    def check(self) -> None:
        """Refuse an MLflow that is not installed, or does not answer.

        Raises:
            ConnectionError: If the server does not answer.
            ImportError: If it is not installed.
        """
        check_extra(NAME, type(self).__name__)
        if self._uri:
            check_answers(self._uri)

    def begin(self, run: LiveRun) -> None:
        """Begin the run in MLflow, or go on with it.

        Raises:
            ValueError: If a tracked key is not in the config, or the experiment was deleted.
        """
        params = flatten(self._tracked(run.config)) | flatten(self._params)
        beside = run.home
        uri = self._uri or sqlite_address(beside / "mlflow.db")
        files = self._artifact_location
        if files is None and not self._uri:
            files = (beside / "mlartifacts").as_uri()
        beside.mkdir(parents=True, exist_ok=True)
        self._run, self._store = run, Store(uri, run.log_handlers)
        known = recall(run.work_dir, NAME) if run.is_resumed else {}
        if known.get("tracking_uri") != uri or not self._store.go_on(known["run_id"]):
            experiment = self._store.experiment(self._exp_name, files)
            self._store.create(experiment, self._run_name or run.name, self._all_tags(run))
        remember(run.work_dir, NAME, {"tracking_uri": uri, "run_id": self._store.run_id})
        self._store.add_params(params, run.step)
        self._store.add_text(run.config_text, "config.py")

    def add_image(self, name: str, image: Any, step: int = 0, **_: Any) -> None:
        """Send a picture, (H, W, 3) uint8 RGB."""
        if self._store:
            self._store.add_image(image, f"images/{name}_{step}.png")

    def add_scalar(self, name: str, value: Any, step: int = 0, **_: Any) -> None:
        """Send a value."""
        self.add_scalars({name: value}, step)

    def add_scalars(
        self,
        scalar_dict: Mapping[str, Any],
        step: int = 0,
        file_path: str | None = None,  # noqa: ARG002
        **_: Any,
    ) -> None:
        """Send values of a step; what is no single number is left out."""
        now = int(time.time() * 1000)
        numbers = to_numbers(scalar_dict)
        self._outbox.add([(name, float(number), now, step) for name, number in numbers.items()])

    def end(self, outcome: Outcome) -> None:
        """Send the files, and how the training ended.

        Raises:
            ConnectionError: If values are left that could not be sent.
        """
        if self._store is None or self._run is None:
            return
        if not self._outbox.flush():
            raise ConnectionError(f"{len(self._outbox.waiting)} values could not be sent")
        for file in self._run.files(self._artifacts):
            self._store.add_file(file, self._run.work_dir)
        self._store.end(STATUS[outcome])

    def _send(self, values: list[tuple[str, float, int, int]]) -> None:
        if self._store:
            self._store.add_values(values)

    def _tracked(self, config: Mapping[str, Any]) -> dict[str, Any]:
        keys = list(config) if self._tracked_config_keys is None else self._tracked_config_keys
        lacking = [key for key in keys if key not in config]
        if lacking:
            raise ValueError(
                f"MLflowVisBackend: tracked_config_keys names {lacking[0]!r}, which is none of the "
                f"config's: {', '.join(config)}"
            )
        return {key: config[key] for key in keys}

    def _all_tags(self, run: LiveRun) -> dict[str, str]:
        commit = {"mlflow.source.git.commit": run.commit} if run.commit else {}
        return {"digitdet.work_dir": str(run.work_dir.absolute()), **commit, **self._tags}
