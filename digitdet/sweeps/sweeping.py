"""Trains with many settings of a config, side by side if wanted, and reports which do best."""

from collections.abc import Sequence
from pathlib import Path

from digitdet.checkpoints.finding import has_checkpoints
from digitdet.console import console
from digitdet.folder_lock import held_folder
from digitdet.sweeps.course import Course
from digitdet.sweeps.library import load_optuna
from digitdet.sweeps.preparation import prepare
from digitdet.sweeps.reporting import draw_results, show_results
from digitdet.sweeps.results import FINISHED, TRIAL_FOLDERS, TrialResult, trial_folder
from digitdet.sweeps.study import STUDY_FILE, SweepStudy
from digitdet.sweeps.workers import START_METHOD
from digitdet.whole_files import check_writable


def sweep(
    config_file: str | Path,
    space_file: str | Path,
    num_trials: int,
    *,
    work_dir: str | None = None,
    metric: str | None = None,
    sampler: str = "tpe",
    pruner: str = "median",
    workers: int = 1,
    seed: int = 0,
    timeout: float | None = None,
    options: Sequence[str] = (),
    preflight: bool = True,
    start_method: str = START_METHOD,
) -> list[TrialResult]:
    """Train with values of a space until there are enough trials, and write what they gave.

    Each trial is a run of its own in ``trial_NNN`` of the folder. The same call goes on with a
    sweep that was stopped, and with its unfinished trials from their checkpoints; one with more
    trials adds them.

    Args:
        config_file: The config.
        space_file: What to try, see `digitdet.sweeps.space.read_space`.
        num_trials: Trials in all, earlier ones included; of a grid no more than its points.
        work_dir: Folder of the sweep; ``work_dirs/sweep_NAME_OF_THE_CONFIG`` if None.
        metric: Figure of the validation whose best epoch counts; None for that of the config's
            `EvaluationHook`.
        sampler: ``"tpe"``, ``"random"`` or ``"grid"``.
        pruner: ``"median"``, ``"hyperband"`` or ``"none"``.
        workers: Trainings at once; they share the cores, and the CUDA devices if there are several.
        seed: Of the sampler. Equal seeds try equal values where there is one worker.
        timeout: Seconds after which no more trial begins; those that run are finished.
        options: Overrides of the config, ``KEY=VALUE``.
        preflight: Check before the first step of the first trial that begins.
        start_method: Of `multiprocessing`, for the trainings' processes.

    Returns:
        What all trials gave, in their order.

    Raises:
        FileNotFoundError: If a file is missing.
        ImportError: If Optuna is not installed.
        KeyboardInterrupt: If a signal ended the sweep; its ``signal_number`` says which.
        RuntimeError: If no trial is finished.
        ValueError: If a file or an argument is not as it has to be, or the folder holds another
            sweep, or trials of one.
    """
    load_optuna()
    for name, value in (("--trials", num_trials), ("--workers", workers), ("--timeout", timeout)):
        if value is not None and value <= 0:
            raise ValueError(f"{name} is positive, got {value}")
    setting = prepare(
        config_file,
        Path(space_file),
        options,
        metric=metric,
        sampler=sampler,
        pruner=pruner,
        seed=seed,
    )
    folder = Path(work_dir or f"work_dirs/sweep_{Path(config_file).stem}")
    check_writable(folder, "--work-dir")
    with held_folder(folder):
        study = SweepStudy(folder, setting)
        _refuse_other_trials(folder, len(study))
        if not len(study) and sampler != "grid" and study.own_point() is None:
            console.print("the space lacks the config's own values, so no trial begins with them")
        course = Course(study, folder, config_file, options, num_trials, timeout, preflight)
        number = course.run(workers, start_method)
        if number:
            _tell_stop(study, number)
        return _conclude(study, folder)


def _refuse_other_trials(folder: Path, num_trials: int) -> None:
    """Refuse trained trials that the study does not know: a new one would go on with their weights.

    Raises:
        ValueError: If there is one.
    """
    known = {trial_folder(number) for number in range(num_trials)}
    for other in sorted(folder.glob(f"{TRIAL_FOLDERS}[0-9]*")):
        if other.name not in known and has_checkpoints(other):
            raise ValueError(
                f"{other}: {STUDY_FILE} does not know this trial, so it is not the one that it was "
                "trained with; put that one back, or choose another folder by --work-dir"
            )


def _tell_stop(study: SweepStudy, number: int) -> None:
    left = study.unfinished()
    console.print(
        f"the sweep is stopped with {len(study) - len(left)} trials ended and {len(left)} "
        "unfinished; the same command goes on with it"
    )
    error = KeyboardInterrupt()
    error.signal_number = number  # type: ignore[attr-defined]
    raise error


def _conclude(study: SweepStudy, folder: Path) -> list[TrialResult]:
    draw_results(study, folder)
    show_results(study, folder)
    results = study.results()
    if not any(result.state == FINISHED for result in results):
        errors = [result for result in results if result.error]
        first = f"; trial {errors[0].number}: {errors[0].error}" if errors else ""
        raise RuntimeError(f"{folder}: no trial is finished{first}")
    return results
