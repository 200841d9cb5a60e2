"""A training as those see it who show it while it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from mmengine.dist import is_main_process

from digitdet.interruption import TrainingInterrupted

Outcome = Literal["finished", "stopped", "failed"]
# Folders of the runs of one experiment, whose own names say too little.
PARTS_OF_MORE = ("seed_", "trial_")
# What is sent of a run's folder when it ends; no checkpoints, and no predictions of all pictures.
ARTIFACTS = (
    "*.py",
    "*/*.log",
    "*.png",
    "best/best.json",
    "best/samples/*.png",
    "report.html",
    "run.json",
    "scalars.csv",
)


@dataclass(frozen=True)
class LiveRun:
    """A training that is about to make its first step, or to go on.

    Attributes:
        work_dir: Its folder.
        config: Its merged config, as plain JSON.
        config_text: The same as a Python file.
        step: The steps that are finished: those that it goes on from.
        is_resumed: Whether it goes on from a checkpoint of its own folder.
        log_handlers: What writes its log.
        commit: Hash of the commit it was started from; None outside a repository.
    """

    work_dir: Path
    config: dict[str, Any]
    config_text: str
    step: int = 0
    is_resumed: bool = False
    log_handlers: tuple[Any, ...] = ()
    commit: str | None = None

    @property
    def name(self) -> str:
        """The name of its folder, with that of the experiment that it is a part of."""
        return self.work_dir.resolve().relative_to(self.home).as_posix()

    @property
    def home(self) -> Path:
        """The folder that holds its own, or that of the experiment that it is a part of."""
        folder = self.work_dir.resolve()
        return folder.parent.parent if folder.name.startswith(PARTS_OF_MORE) else folder.parent

    def files(self, patterns: tuple[str, ...]) -> list[Path]:
        """Return the files of its folder that match one of some patterns."""
        found = {file for pattern in patterns for file in self.work_dir.glob(pattern)}
        return sorted(file for file in found if file.is_file())


@runtime_checkable
class LiveBackend(Protocol):
    """A backend that is told where a training begins, and how it ends."""

    def check(self) -> None:
        """Refuse, before anything is built, what a training would fail of."""

    def begin(self, run: LiveRun) -> None:
        """Take the training that what follows is of."""

    def end(self, outcome: Outcome) -> None:
        """Hand over what is left of it."""


@contextmanager
def shown(runner: Any) -> Iterator[None]:
    """Tell what shows a run how it ended."""
    try:
        yield
    except BaseException as error:
        _end(runner, _outcome_of(error))
        raise
    _end(runner, "finished")


def begin(runner: Any) -> None:
    """Tell what shows a run that it begins, or goes on, at the step where the runner is."""
    from digitdet.checkpoints.content import config_of, config_text
    from digitdet.checkpoints.resuming import is_at_home

    if not hasattr(runner.visualizer, "begin") or not is_main_process():
        return
    run = LiveRun(
        work_dir=Path(runner.work_dir),
        config=config_of({"cfg": config_text(runner.cfg)}, "the config"),
        config_text=runner.cfg.pretty_text,
        step=runner.iter,
        is_resumed=bool(runner._resume) and is_at_home(runner),
        log_handlers=tuple(runner.logger.handlers),
        commit=runner.git["commit"] if runner.git else None,
    )
    runner.visualizer.begin(run)


def _end(runner: Any, outcome: Outcome) -> None:
    if hasattr(runner.visualizer, "end") and is_main_process():
        runner.visualizer.end(outcome)


def _outcome_of(error: BaseException) -> Outcome:
    if isinstance(error, TrainingInterrupted) and error.is_finished:
        return "finished"
    return "stopped" if isinstance(error, KeyboardInterrupt) else "failed"
