"""The study of a sweep, which keeps its trials in a file and says what to try next."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitdet.sqlite_files import sqlite_address
from digitdet.sweeps.library import (
    distribution_of,
    grid_of,
    load_optuna,
    make_pruner,
    make_sampler,
)
from digitdet.sweeps.results import (
    FAILED,
    FINISHED,
    PRUNED,
    UNFINISHED,
    TrialResult,
    best_epoch,
)
from digitdet.sweeps.setting import Setting, changes

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial

STUDY_FILE = "study.db"
NAME = "sweep"  # within the file
SETTING, ERROR, SECONDS, IS_PRUNED = "setting", "error", "seconds", "is_pruned"
SECONDS_TO_WAIT = 60  # for a file that is being written to
STATES = {"COMPLETE": FINISHED, "PRUNED": PRUNED, "FAIL": FAILED, "RUNNING": UNFINISHED}


class SweepStudy:
    """The trials of a sweep.

    One process has it at a time. A trial is in the file from its beginning on, each value of its
    validations as it comes, and its end: what was not ended when a process was killed is gone on
    with.

    Args:
        folder: Of the sweep; is made.
        setting: What the sweep is of.

    Raises:
        ImportError: If Optuna is not installed.
        ValueError: If the folder holds a study of something else, or a grid can't be made.
    """

    def __init__(self, folder: Path, setting: Setting) -> None:
        self.setting = setting
        self.file = folder / STUDY_FILE
        self._grid = (
            grid_of(setting.dimensions, setting.seed) if setting.sampler == "grid" else None
        )
        self._distributions = {d.key: distribution_of(d) for d in setting.dimensions}
        self._by_key = {d.key: d for d in setting.dimensions}
        self._study = self._open(folder)
        self._trials: dict[int, Trial] = {}

    def _open(self, folder: Path) -> "Study":
        optuna = load_optuna()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            storage = optuna.storages.RDBStorage(
                # It fills in what stands in braces.
                sqlite_address(self.file).replace("{", "{{").replace("}", "}}"),
                engine_kwargs={"connect_args": {"timeout": SECONDS_TO_WAIT}},
            )
            study: Study = optuna.create_study(
                storage=storage,
                study_name=NAME,
                direction="minimize" if self.setting.is_error else "maximize",
                pruner=make_pruner(self.setting.pruner, self.setting.num_epochs),
                load_if_exists=True,
            )
        except Exception as error:  # of the data base, whose library has many kinds
            text = str(error).splitlines()[0]
            raise ValueError(
                f"{self.file}: can't be used as a study ({text}); choose another --work-dir"
            ) from error
        before, now = study.user_attrs.get(SETTING), self.setting.to_plain()
        if before is None:
            study.set_user_attr(SETTING, now)
        elif changed := changes(before, now):
            raise ValueError(
                f"{self.file}: was begun with other values of {', '.join(changed[:5])}; go on with "
                "those, or choose another folder by --work-dir"
            )
        return study

    def _frozen(self) -> "list[FrozenTrial]":
        return [t for t in self._study.get_trials(deepcopy=False) if t.state.name in STATES]

    def __len__(self) -> int:
        """Count the trials, in whatever state they are."""
        return len(self._frozen())

    @property
    def most_trials(self) -> int | None:
        """The points of a grid; None where there is no end."""
        return None if self._grid is None else len(self._grid)

    def unfinished(self) -> list[int]:
        """Return the numbers of trials that were begun and have not ended."""
        return [trial.number for trial in self._frozen() if trial.state.name == "RUNNING"]

    def begin(self, number: int) -> dict[str, Any] | None:
        """Begin a trial, or go on with one.

        Args:
            number: That of an unfinished one, or the number of trials so far for a new one.

        Returns:
            Dotted key -> value; None where the trial turns out to be over: it was pruned before
            its process ended.
        """
        optuna = load_optuna()
        frozen = self._frozen()
        if number < len(frozen):
            trial = optuna.trial.Trial(self._study, frozen[number]._trial_id)
            self._trials[number] = trial
            if trial.user_attrs.get(IS_PRUNED):
                self._tell(number, "PRUNED")
                return None
        else:
            trial = self._ask(number)
            self._trials[number] = trial
        return self._values(trial.params)

    def _ask(self, number: int) -> "Trial":
        self._study.sampler = make_sampler(self.setting.sampler, self.setting.seed, number)
        is_queued = any(t.state.name == "WAITING" for t in self._study.get_trials(deepcopy=False))
        if not is_queued:  # else it was, right before the process was killed
            if self._grid is not None:
                self._study.enqueue_trial(self._grid[number])
            elif number == 0 and (own := self.own_point()) is not None:
                self._study.enqueue_trial(own)
        return self._study.ask(self._distributions)

    def own_point(self) -> dict[str, Any] | None:
        """Return the config's own values as a study keeps them; None if the space has them not."""
        try:
            return {key: d.label(self.setting.own[key]) for key, d in self._by_key.items()}
        except (KeyError, ValueError):
            return None

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Keep the value of a validation; return whether the trial is to end.

        Args:
            number: Of a trial that was begun here.
            epoch: From 1. What a trial that goes on repeats is kept as it was.
            value: Of the metric.
        """
        trial = self._trials[number]
        frozen = self._frozen()[number]
        if epoch not in frozen.intermediate_values:
            trial.report(value, epoch)
        is_pruned = bool(trial.should_prune())
        if is_pruned:
            trial.set_user_attr(IS_PRUNED, True)
        return is_pruned

    def add_seconds(self, number: int, seconds: float) -> None:
        """Add to the time of a trial."""
        trial = self._trials[number]
        trial.set_user_attr(SECONDS, trial.user_attrs.get(SECONDS, 0.0) + seconds)

    def end(self, number: int, error: str = "") -> TrialResult:
        """End a trial that was begun here.

        Args:
            number: Its number.
            error: What it failed of; "" if it did not.

        Returns:
            What it gave.
        """
        result = self.result(number)
        metric = self.setting.metric
        if not error and result.value is None:
            error = (
                f"{metric} is a number in no epoch" if result.history else "nothing was validated"
            )
        if error:
            self._trials[number].set_user_attr(ERROR, error)
            self._tell(number, "FAIL")
        elif self._trials[number].user_attrs.get(IS_PRUNED):
            self._tell(number, "PRUNED")
        else:
            self._tell(number, "COMPLETE", result.value)
        return self.result(number)

    def _tell(self, number: int, state: str, value: float | None = None) -> None:
        states = load_optuna().trial.TrialState
        self._study.tell(self._trials[number], value, state=states[state])

    def result(self, number: int) -> TrialResult:
        """Return what a trial gave so far."""
        return self._result(self._frozen()[number])

    def results(self) -> list[TrialResult]:
        """Return what all trials gave, in their order."""
        return [self._result(trial) for trial in self._frozen()]

    def _result(self, trial: "FrozenTrial") -> TrialResult:
        history = dict(sorted(trial.intermediate_values.items()))
        return TrialResult(
            number=trial.number,
            state=STATES[trial.state.name],
            values=self._values(trial.params),
            history=history,
            best_epoch=best_epoch(history, is_error=self.setting.is_error),
            seconds=trial.user_attrs.get(SECONDS, 0.0),
            error=trial.user_attrs.get(ERROR, ""),
        )

    def _values(self, labels: Any) -> dict[str, Any]:
        return {key: self._by_key[key].value(labels[key]) for key in self._by_key if key in labels}

    def importances(self) -> dict[str, float]:
        """Return which share of the metric's variance each key explains, the largest first.

        Empty where there are too few trials for it, or they do not differ.
        """
        if len({r.value for r in self.results() if r.state == FINISHED}) < 2:
            return {}  # Optuna gives a single key all of no variance
        optuna = load_optuna()
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=self.setting.seed)
        try:
            found = optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        except (RuntimeError, ValueError):
            return {}
        return {key: float(share) for key, share in found.items()}
