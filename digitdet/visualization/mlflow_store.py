"""A run in MLflow's store: a server, or a database in a file."""

import itertools
import logging
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from digitdet.console import warn

PATIENCE = 10.0  # seconds that a server may take to say that it is there
# How often, and with how many seconds for each try, MLflow asks again where nobody has said
# otherwise. Its own are 7 tries of up to 120 s, in which a training would stand still.
REQUESTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
# What MLflow takes at most: of values and params in one request, and of their lengths.
MAX_METRICS, MAX_PARAMS, MAX_KEY, MAX_PARAM = 1000, 100, 250, 6000
NOT_IN_KEYS = re.compile(r"[^\w\-./ :]")
Value = tuple[str, float, int, int]  # name, number, milliseconds since 1970, step


def check_answers(uri: str) -> None:
    """Refuse a server that does not answer; databases and other stores are not asked.

    Raises:
        ConnectionError: If it does not answer.
    """
    if not uri.startswith(("http://", "https://")):
        return
    try:
        urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=PATIENCE).close()
    except urllib.error.HTTPError:
        return  # it answers; who may do what is told by its other answers
    except OSError as error:
        raise ConnectionError(
            f"no MLflow server answers at {uri} ({error}); start it, `mlflow server --port PORT`, "
            "set another tracking_uri, or leave MLflowVisBackend out of visualizer.vis_backends"
        ) from error


class Store:
    """A run of MLflow that is written to.

    Args:
        uri: The server, or the database.
        log_handlers: What writes the log of the training; imports of MLflow may close it.

    Attributes:
        client: MLflow's.
        run_id: What MLflow knows the run by; empty before it is created or found.
    """

    def __init__(self, uri: str, log_handlers: Sequence[logging.Handler] = ()) -> None:
        for name, value in REQUESTS.items():
            os.environ.setdefault(name, value)
        import mlflow

        logging.getLogger("mlflow").setLevel(logging.WARNING)
        for handler in log_handlers:
            if isinstance(handler, logging.FileHandler):
                handler.mode = "a"  # goes on where it was closed
        self.client = mlflow.MlflowClient(tracking_uri=uri)
        self.run_id = ""
        self._mlflow = mlflow
        self._is_continued = False
        self._sent: dict[str, set[tuple[int, str]]] = {}

    def experiment(self, name: str, artifact_location: str | None) -> str:
        """Return the id of an experiment, which is made where there is none.

        Raises:
            ValueError: If it was deleted.
        """
        found = self.client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self.client.create_experiment(name, artifact_location))
            except self._mlflow.exceptions.MlflowException as error:
                # Another training that begins as well may have made it since.
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    raise error from None
        if found.lifecycle_stage != "active":
            raise ValueError(
                f"MLflow's experiment {name!r} was deleted; name another by exp_name, or restore "
                f"it: `mlflow experiments restore --experiment-id {found.experiment_id}`"
            )
        return str(found.experiment_id)

    def create(self, experiment_id: str, name: str, tags: Mapping[str, str]) -> None:
        """Begin a run."""
        created = self.client.create_run(experiment_id, run_name=name, tags=dict(tags))
        self.run_id = created.info.run_id

    def go_on(self, run_id: str) -> bool:
        """Go on with a run, and return whether it is there to go on with."""
        try:
            found = self.client.get_run(run_id)
        except self._mlflow.exceptions.MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            found = None
        if found is None or found.info.lifecycle_stage != "active":
            warn(f"MLflow has no run {run_id} any more; the training is shown as another one")
            return False
        self.client.update_run(run_id, status="RUNNING")
        self.run_id, self._is_continued = run_id, True
        return True

    def add_params(self, params: Mapping[str, str], step: int) -> None:
        """Write params; one that has changed stands beside the old one, ``KEY from step N``.

        One that changes again at that step, as after a session without a checkpoint, is named
        ``KEY from step N no 2``: MLflow lets no param change.
        """
        there = self.client.get_run(self.run_id).data.params
        left: dict[str, str] = {}
        for key, value in params.items():
            name, text = NOT_IN_KEYS.sub("_", key)[-MAX_KEY:], value[:MAX_PARAM]
            free = next(n for n in _names(name, step) if there.get(n, text) == text)
            if free not in there:
                left[free] = text
        entity = self._mlflow.entities.Param
        items = [entity(key, value) for key, value in left.items()]
        for start in range(0, len(items), MAX_PARAMS):
            self.client.log_batch(self.run_id, params=items[start : start + MAX_PARAMS])

    def add_values(self, values: Sequence[Value]) -> None:
        """Write values; those that a run which goes on has already are left out."""
        entity = self._mlflow.entities.Metric
        items = [
            entity(NOT_IN_KEYS.sub("_", name)[-MAX_KEY:], number, moment, step)
            for name, number, moment, step in values
        ]
        items = [item for item in items if (item.step, repr(item.value)) not in self._known(item)]
        for start in range(0, len(items), MAX_METRICS):
            self.client.log_batch(self.run_id, metrics=items[start : start + MAX_METRICS])

    def add_text(self, text: str, name: str) -> None:
        """Write a text as a file."""
        self.client.log_text(self.run_id, text, name)

    def add_image(self, image: Any, name: str) -> None:
        """Write a picture, (H, W, 3) uint8 RGB, as a file."""
        self.client.log_image(self.run_id, image, name)

    def add_file(self, file: Path, root: Path) -> None:
        """Write a file under its path relative to a folder."""
        folder = file.relative_to(root).parent.as_posix()
        self.client.log_artifact(self.run_id, str(file), None if folder == "." else folder)

    def end(self, status: str) -> None:
        """End the run."""
        self.client.set_terminated(self.run_id, status)

    def _known(self, item: Any) -> set[tuple[int, str]]:
        """Return the steps and values that a metric has had since before this session."""
        if not self._is_continued:
            return set()
        if item.key not in self._sent:
            history = self.client.get_metric_history(self.run_id, item.key)
            self._sent[item.key] = {(one.step, repr(one.value)) for one in history}
        return self._sent[item.key]


def _names(name: str, step: int) -> Iterator[str]:
    """Yield the names that a param may have from a step on, the first that is free being taken."""
    yield name
    for count in itertools.count(1):
        end = f" from step {step}" + (f" no {count}" if count > 1 else "")
        yield f"{name[-(MAX_KEY - len(end)) :]}{end}"
