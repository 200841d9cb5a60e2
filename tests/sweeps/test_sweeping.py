"""Whole sweeps over trainings of a moment: what is left, what fails, and what goes on."""

import csv
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sweeps.toys import write_space

from digitdet import config as configs
from digitdet.config_views.difference import find_differences
from digitdet.config_views.sources import load_sourced
from digitdet.sweeps import workers
from digitdet.sweeps.course import Course
from digitdet.sweeps.preparation import prepare
from digitdet.sweeps.results import TrialResult
from digitdet.sweeps.study import SweepStudy
from digitdet.sweeps.sweeping import sweep

FAULTS = '"model.level": [0.8],\n"model.fault": ["", "nan", "error", "kill"],'
RATES = '"model.level": dict(type="float", low=0.1, high=0.9),'


def run(toy: Path, folder: Path, space: str, trials: int, **how: object) -> list[TrialResult]:
    """Sweep over the toy, its processes being forked from this one."""
    folder.mkdir(exist_ok=True)
    how = {"preflight": False, "pruner": "none", "start_method": "fork", **how}
    file = write_space(folder, space)
    return sweep(toy, file, trials, work_dir=str(folder / "sweep"), **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def faulty(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[TrialResult]]:
    """The folder and the results of a grid in which most trials fail, two at a time."""
    folder = tmp_path_factory.mktemp("faulty")
    results = run(toy, folder, FAULTS, 20, sampler="grid", workers=2)
    return folder / "sweep", results


def test_trials_that_fail_in_any_way_stop_no_other(
    faulty: tuple[Path, list[TrialResult]],
) -> None:
    results = faulty[1]
    assert len(results) == 4
    said = {"": "", "nan": "loss nan", "error": "no memory left for this", "kill": "SIGKILL"}
    for result in results:
        fault, level = result.values["model.fault"], result.values["model.level"]
        assert result.state == ("failed" if fault else "finished")
        assert said[fault] in result.error
        expected = {} if fault else {n: pytest.approx(level * (1 - 0.5**n)) for n in (1, 2, 3)}
        assert result.history == expected


def test_each_trial_is_a_run_of_its_own_with_its_config(
    faulty: tuple[Path, list[TrialResult]],
) -> None:
    folder, results = faulty
    for result in results:
        config = configs.load(folder / result.folder / "toy.py")
        assert {key: config.model[key.split(".")[1]] for key in result.values} == result.values
        assert "default_hooks" in config
        assert (folder / result.folder / "epoch_3.pth").exists() == (result.state == "finished")
        assert "Traceback" not in (folder / result.folder / "console.log").read_text() or (
            result.error
        )


def test_the_best_config_is_what_the_best_trial_ran(
    faulty: tuple[Path, list[TrialResult]],
) -> None:
    folder, results = faulty
    (best,) = (r for r in results if r.state == "finished" and r.values["model.level"] == 0.8)
    written = load_sourced(folder / "best.py")
    assert written.values["model"] == {"type": "ToyModel", "level": 0.8, "fault": ""}
    differences = find_differences(written, load_sourced(folder / best.folder / "toy.py"))
    assert {difference.key for difference in differences} <= {"work_dir", "resume", "launcher"}


def test_table_and_figures_are_left(faulty: tuple[Path, list[TrialResult]]) -> None:
    folder, results = faulty
    with (folder / "trials.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["state"] for row in rows] == [result.state for result in results]
    for name in ("history", "importance", "slices"):
        assert (folder / f"{name}.png").is_file()
        assert (folder / f"{name}.svg").is_file()


@pytest.mark.campaign
def test_a_sweep_of_which_all_fails_says_so(toy: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"no trial is finished; trial 0: RuntimeError: no mem"):
        run(toy, tmp_path, '"model.fault": ["error"],', 1, sampler="random")
    assert not (tmp_path / "sweep" / "best.py").exists()


@pytest.mark.campaign
def test_a_pruned_trial_ends_early_and_keeps_its_checkpoint(toy: Path, tmp_path: Path) -> None:
    levels = ", ".join(f"{0.9 - 0.1 * number:.1f}" for number in range(8))
    results = run(toy, tmp_path, f'"model.level": [{levels}],', 8, sampler="grid", pruner="median")
    pruned = [result for result in results if result.state == "pruned"]
    assert pruned
    for result in pruned:
        folder = tmp_path / "sweep" / result.folder
        assert max(result.history) < 3
        assert not (folder / "epoch_3.pth").exists()
        assert (folder / f"epoch_{max(result.history)}.pth").is_file()


def test_no_trial_begins_after_the_timeout(toy: Path, tmp_path: Path) -> None:
    study = SweepStudy(tmp_path, prepare(toy, write_space(tmp_path, RATES)))
    assert Course(study, tmp_path, toy, [], 2, timeout=1e-9).run(1, "fork") == 0
    assert len(study) == 0


def test_trials_of_a_study_that_is_gone_are_refused(toy: Path, tmp_path: Path) -> None:
    trained = tmp_path / "sweep" / "trial_000"
    trained.mkdir(parents=True)
    (trained / "epoch_1.pth").touch()
    for _ in range(2):  # what the first call leaves changes nothing
        with pytest.raises(ValueError, match=r"trial_000: study\.db does not know this trial"):
            run(toy, tmp_path, RATES, 1)


@pytest.mark.parametrize(
    ("trials", "how", "message"),
    [
        (0, {}, "--trials is positive, got 0"),
        (1, {"workers": 0}, "--workers is positive, got 0"),
        (1, {"timeout": -1.0}, "--timeout is positive"),
    ],
)
def test_numbers_that_make_no_sweep_are_refused(
    trials: int, how: dict[str, object], message: str, toy: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        run(toy, tmp_path, RATES, trials, **how)
    assert not (tmp_path / "sweep").exists()


@pytest.mark.parametrize(
    ("slot", "devices", "device"),
    [(0, [], None), (1, ["0"], None), (0, ["2", "3"], "2"), (3, ["2", "3"], "3")],
)
def test_processes_share_devices_where_there_are_several(
    slot: int, devices: list[str], device: str | None
) -> None:
    assert workers.device_of(slot, devices) == device


def test_why_a_process_ended_is_told() -> None:
    assert workers.reason_of(3) == "the process ended with status 3"
    assert "SIGKILL, as the system does where memory is short" in workers.reason_of(-9)
    assert workers.reason_of(-11) == "the process was ended by SIGSEGV"


def test_without_optuna_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, toy: Path) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    load: Callable[[], object] = importlib.import_module("digitdet.sweeps.library").load_optuna
    with pytest.raises(ImportError, match=r"pip install -e '\.\[sweep\]'"):
        load()
    with pytest.raises(ImportError, match="a sweep needs Optuna"):
        sweep(toy, "space.py", 1)
