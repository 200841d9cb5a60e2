"""Shows a run in Weights & Biases."""

import glob
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.visualization import BaseVisBackend

from digitdet.hooks.scalars_hook import to_numbers
from digitdet.registry import VISBACKENDS
from digitdet.visualization.extras import check_extra
from digitdet.visualization.live_run import ARTIFACTS, LiveRun, Outcome
from digitdet.visualization.remembered import recall, remember

NAME = "wandb"
# Of its process, as a shell has them: W&B shows a run that ended with another than 0 as failed.
EXIT_CODES = {"finished": 0, "stopped": 130, "failed": 1}


@VISBACKENDS.register_module()
class WandbVisBackend(BaseVisBackend):
    """Sends a run to Weights & Biases: config, what it logs, its files at the end.

    All values have the training step as their axis. A run that goes on after a stop keeps its id.
    Without a network: ``init_kwargs=dict(mode="offline")``, or ``WANDB_MODE=offline``; ``wandb
    sync`` sends it later. No source code is sent.

    Args:
        save_dir: Folder of its files.
        init_kwargs: Arguments of ``wandb.init``, such as ``project``, ``entity``, ``mode``.
        artifacts: Patterns of files in the work folder to send at the end.
    """

    def __init__(
        self,
        save_dir: str,
        init_kwargs: Mapping[str, Any] | None = None,
        artifacts: Sequence[str] = ARTIFACTS,
    ) -> None:
        super().__init__(save_dir)
        self._init_kwargs = dict(init_kwargs or {})
        self._artifacts = tuple(artifacts)
        self._live: LiveRun | None = None
        self._run: Any = None

    @property
    def experiment(self) -> Any:
        """The run of wandb; None before the training begins."""
        return self._run

    def _init_env(self) -> None:
        """Do nothing: a training begins it."""

    def check(self) -> None:
        """Refuse a wandb that is not installed.

        Raises:
            ImportError: If it is not installed.
        """
        check_extra(NAME, type(self).__name__)

    def begin(self, run: LiveRun) -> None:
        """Begin the run in W&B, or go on with it.

        Raises:
            RuntimeError: If W&B refuses it, for example without a login.
        """
        import wandb

        Path(self._save_dir).mkdir(parents=True, exist_ok=True)
        known = recall(run.work_dir, NAME) if run.is_resumed else {}
        arguments: dict[str, Any] = {
            "project": "digitdet",
            "name": run.name,
            "dir": self._save_dir,
            "config": run.config,
            "allow_val_change": True,
            "settings": {"console": "off"},  # the log file is sent at the end
            **({"id": known["id"], "resume": "allow"} if known else {}),
            **self._init_kwargs,
        }
        try:
            self._run = wandb.init(**arguments)
        except wandb.Error as error:
            raise RuntimeError(
                f"Weights & Biases: {error}; log in by `wandb login`, or write to files that "
                '`wandb sync` sends later: WandbVisBackend with init_kwargs=dict(mode="offline")'
            ) from error
        self._live = run
        self._run.define_metric("*", step_metric="step")
        remember(run.work_dir, NAME, {"id": self._run.id})

    def add_image(self, name: str, image: Any, step: int = 0, **_: Any) -> None:
        """Send a picture, (H, W, 3) uint8 RGB."""
        import wandb

        if self._run:
            self._run.log({name: wandb.Image(image), "step": step})

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
        if self._run:
            self._run.log(to_numbers(scalar_dict) | {"step": step})

    def end(self, outcome: Outcome) -> None:
        """Send the files, and how the training ended."""
        if self._run is None or self._live is None:
            return
        # As copies: of links W&B warns, and a run that goes on changes the files.
        place = Path(self._run.dir)
        for file in self._live.files(self._artifacts):
            copy = place / file.relative_to(self._live.work_dir)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            # It takes paths for patterns.
            self._run.save(glob.escape(str(copy)), glob.escape(str(place)), policy="now")
        self._run.finish(exit_code=EXIT_CODES[outcome])
