"""The course of a sweep: which trial begins when, and what is kept of how it ends."""

import time
from collections.abc import Sequence
from pathlib import Path

from digitdet.folder_lock import is_held
from digitdet.interruption import SignalWatch
from digitdet.sweeps.reporting import say_begin, say_end, say_value, write_results
from digitdet.sweeps.results import trial_folder
from digitdet.sweeps.space_checks import option_of
from digitdet.sweeps.study import SweepStudy
from digitdet.sweeps.trial_process import TrialOrder
from digitdet.sweeps.workers import TrialEnd, Workers

POLL = 0.5  # seconds between two looks at signals
ORPHAN_SECONDS = 120  # that a training whose sweep was killed gets to end its step


class Course:
    """The trials of a sweep, from where it stands to its end.

    Args:
        study: The study.
        folder: Of the sweep.
        config_file: The config.
        options: Its overrides, ``KEY=VALUE``.
        num_trials: Trials in all.
        timeout: Seconds after which no more trial begins; None for no end.
        preflight: Check before the first step of the first trial that begins.
    """

    def __init__(
        self,
        study: SweepStudy,
        folder: Path,
        config_file: str | Path,
        options: Sequence[str],
        num_trials: int,
        timeout: float | None,
        preflight: bool = True,
    ) -> None:
        self._study = study
        self._folder = folder
        self._config_file = config_file
        self._options = list(options)
        self._num_trials = min(num_trials, study.most_trials or num_trials)
        self._end = time.monotonic() + timeout if timeout else float("inf")
        self._preflight = preflight
        self._left = study.unfinished()

    def run(self, num_workers: int, start_method: str) -> int:
        """Train all trials that are left.

        Returns:
            The number of the signal that stopped it; 0 if none did.
        """
        is_stopping = False
        with (
            SignalWatch() as watch,
            Workers(num_workers, self._take_value, start_method) as workers,
        ):
            while True:
                if watch.noted and not is_stopping:
                    is_stopping = True
                    workers.stop()
                if not is_stopping:
                    self._fill(workers)
                if not len(workers):
                    return watch.noted
                for end in workers.serve(POLL):
                    self._take_end(end, is_stopping)

    def _fill(self, workers: Workers) -> None:
        """Begin trials while there are processes for them."""
        while workers.are_free and time.monotonic() < self._end:
            goes_on = bool(self._left)
            number = self._left.pop(0) if goes_on else len(self._study)
            if not goes_on and number >= self._num_trials:
                return
            values = self._study.begin(number)
            if values is None:
                self._write()
                continue
            say_begin(number, values, goes_on=goes_on)
            folder = self._folder / trial_folder(number)
            _wait_for(folder)
            options = [option_of(key, value) for key, value in values.items()]
            workers.begin(
                TrialOrder(
                    number=number,
                    config_file=str(self._config_file),
                    options=[*self._options, *options],
                    folder=str(folder),
                    metric=self._study.setting.metric,
                    preflight=self._preflight,
                )
            )
            self._preflight = False

    def _take_value(self, number: int, epoch: int, value: float) -> bool:
        is_pruned = self._study.report(number, epoch, value)
        say_value(number, self._study.result(number).history, self._study.setting)
        return is_pruned

    def _take_end(self, end: TrialEnd, is_stopping: bool) -> None:
        """Keep how a trial ended; one that was stopped is left unfinished."""
        self._study.add_seconds(end.number, end.seconds)
        if end.is_stopped or (is_stopping and end.error):
            return
        say_end(self._study.end(end.number, end.error), self._study.setting.metric)
        self._write()

    def _write(self) -> None:
        write_results(self._study, self._folder, self._config_file, self._options)


def _wait_for(folder: Path) -> None:
    """Wait until a training has ended whose sweep was killed.

    Raises:
        ValueError: If it does not.
    """
    end = time.monotonic() + ORPHAN_SECONDS
    while is_held(folder):
        if time.monotonic() > end:
            raise ValueError(f"{folder}: another training is running there; wait for its end")
        time.sleep(POLL)
