"""Shows a run in TensorBoard."""

from pathlib import Path
from typing import Any

import mmengine.visualization
from mmengine.config import Config

from digitdet.registry import VISBACKENDS
from digitdet.visualization.live_run import LiveRun, Outcome
from digitdet.visualization.remembered import recall, remember

NAME = "tensorboard"


@VISBACKENDS.register_module()
class TensorboardVisBackend(mmengine.visualization.TensorboardVisBackend):
    """mmengine's writer for TensorBoard, which begins its file with the first value.

    The config is written before it. A run that goes on writes to the folder that it began in, and
    tells TensorBoard to drop what an interrupted session had logged beyond the checkpoint. Values
    reach the disk as they are logged.

    Args:
        save_dir: Folder of the file.
    """

    def __init__(self, save_dir: str) -> None:
        super().__init__(save_dir)
        self._config: Config | None = None
        self._run: LiveRun | None = None
        self._first_step: int | None = None

    def add_config(self, config: Config, **_: Any) -> None:
        """Keep the config for the file."""
        self._config = config

    def check(self) -> None:
        """Refuse nothing: TensorBoard's writer is always installed."""

    def begin(self, run: LiveRun) -> None:
        """Go on in the folder that a resumed run began in."""
        self._run = run
        folder = recall(run.work_dir, NAME).get("folder") if run.is_resumed else None
        if folder is not None:
            self._save_dir = str(run.work_dir / folder)
        if run.is_resumed or self._place(run):
            # Also of the first session: TensorBoard drops nothing at the first start that it sees.
            self._first_step = run.step + 1

    def add_scalar(self, name: str, value: Any, step: int = 0, **_: Any) -> None:
        """Write a value, as far as to the disk."""
        super().add_scalar(name, value, step)
        self._tensorboard.flush()

    def end(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Close the file."""
        self.close()

    def _init_env(self) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._tensorboard = SummaryWriter(self._save_dir, purge_step=self._first_step)
        if self._config is not None:
            self._tensorboard.add_text("config", self._config.pretty_text)
        place = self._place(self._run) if self._run else None
        if self._run and place:
            remember(self._run.work_dir, NAME, {"folder": place})

    def _place(self, run: LiveRun) -> str | None:
        """Return its folder relative to that of a run; None where it is not within it."""
        folder, home = Path(self._save_dir).absolute(), run.work_dir.absolute()
        return folder.relative_to(home).as_posix() if folder.is_relative_to(home) else None
