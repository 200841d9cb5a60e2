"""Studies: what is tried, what is kept of it, and what a study refuses to go on with."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digitdet.sweeps.dimension import Dimension
from digitdet.sweeps.library import grid_of, make_sampler
from digitdet.sweeps.setting import Setting, changes
from digitdet.sweeps.study import SweepStudy

RATE = Dimension("lr", "s.py:1", "float", 1e-4, 1e-1, log=True)
BATCH = Dimension("batch", "s.py:2", "choice", choices=[2, [4, 4]])
SETTING = Setting(
    dimensions=[RATE, BATCH],
    config={"train_cfg": {"max_epochs": 4}, "work_dir": "here"},
    own={"lr": 0.01, "batch": [4, 4]},
    metric="map",
    sampler="tpe",
    pruner="median",
    seed=3,
)


def run_all(study: SweepStudy, count: int) -> list[dict[str, Any]]:
    """Run trials whose value is best for small rates; return their values."""
    tried = []
    for number in range(len(study), count):
        values = study.begin(number)
        assert values is not None
        tried.append(values)
        study.report(number, 1, 1 - values["lr"])
        study.end(number)
    return tried


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[SweepStudy, list[dict[str, Any]]]:
    """A study of twelve trials, of which the last are no longer drawn blindly, and their values."""
    study = SweepStudy(tmp_path_factory.mktemp("unbroken"), SETTING)
    return study, run_all(study, 12)


def test_a_study_without_trials_has_no_results(tmp_path: Path) -> None:
    study = SweepStudy(tmp_path / "new {of} 50%25", SETTING)
    assert study.file.is_file()
    assert (len(study), study.results(), study.unfinished()) == (0, [], [])
    assert study.importances() == {}


def test_the_first_trial_has_the_configs_own_values(
    unbroken: tuple[SweepStudy, list[dict[str, Any]]],
) -> None:
    assert unbroken[1][0] == SETTING.own
    assert all(1e-4 <= values["lr"] <= 1e-1 for values in unbroken[1])
    assert len({values["lr"] for values in unbroken[1]}) == 12


def test_a_study_that_goes_on_tries_what_it_would_have_tried(
    unbroken: tuple[SweepStudy, list[dict[str, Any]]], tmp_path: Path
) -> None:
    tried = run_all(SweepStudy(tmp_path, SETTING), 4)
    again = SweepStudy(tmp_path, SETTING)
    assert len(again) == 4
    assert tried + run_all(again, 12) == unbroken[1]
    assert again.results() == unbroken[0].results()


def test_an_unfinished_trial_goes_on_with_its_values_and_repeats_no_report(tmp_path: Path) -> None:
    study = SweepStudy(tmp_path, SETTING)
    values = study.begin(0)
    study.report(0, 1, 0.25)
    study.add_seconds(0, 2.0)
    again = SweepStudy(tmp_path, SETTING)
    assert again.unfinished() == [0]
    assert again.begin(0) == values
    for epoch, value in ((1, 0.75), (2, 0.5), (3, 0.5), (4, math.nan)):
        again.report(0, epoch, value)
    again.add_seconds(0, 1.5)
    result = again.end(0)
    assert [result.history[epoch] for epoch in (1, 2, 3)] == [0.25, 0.5, 0.5]
    assert (result.state, result.value, result.best_epoch) == ("finished", 0.5, 2)
    assert result.seconds == 3.5
    assert again.unfinished() == []


def test_of_a_single_finished_trial_nothing_explains_the_value(tmp_path: Path) -> None:
    study = SweepStudy(tmp_path, replace(SETTING, dimensions=[RATE]))
    run_all(study, 1)
    assert study.importances() == {}
    run_all(study, 2)
    assert study.importances() == {"lr": 1.0}


def test_a_trial_worse_than_the_median_is_pruned_and_stays_so(tmp_path: Path) -> None:
    study = SweepStudy(tmp_path, SETTING)
    for number in range(6):
        study.begin(number)
        assert [study.report(number, e, 0.1 * e * (number < 5)) for e in (1, 2)] == [False] * 2 or (
            number == 5
        )
        if number < 5:
            study.end(number)
    again = SweepStudy(tmp_path, SETTING)  # the process was killed between the answer and the end
    assert again.begin(5) is None
    result = again.result(5)
    assert (result.state, result.value, result.history) == ("pruned", 0.0, {1: 0.0, 2: 0.0})


def test_trials_that_fail_are_kept_with_their_error(tmp_path: Path) -> None:
    study = SweepStudy(tmp_path, SETTING)
    for number, error in enumerate(("", "out of memory", "")):
        study.begin(number)
        if number == 2:
            study.report(number, 1, math.nan)
        study.end(number, error)
    assert [result.state for result in study.results()] == ["failed"] * 3
    assert [result.error for result in study.results()] == [
        "nothing was validated",
        "out of memory",
        "map is a number in no epoch",
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(SETTING, metric="map_50"), "--metric"),
        (replace(SETTING, dimensions=[RATE]), "batch in the space"),
        (replace(SETTING, dimensions=[replace(RATE, high=1), BATCH]), "lr in the space"),
        (
            replace(SETTING, config={"train_cfg": {"max_epochs": 5}}),
            "train_cfg.max_epochs of the config",
        ),
    ],
)
def test_another_sweep_in_the_same_folder_is_named(changed: Setting, said: str) -> None:
    assert changes(SETTING.to_plain(), changed.to_plain()) == [said]


def test_a_folder_does_not_matter() -> None:
    moved = replace(SETTING, config={**SETTING.config, "work_dir": "there"})
    assert changes(SETTING.to_plain(), moved.to_plain()) == []


def test_a_study_of_something_else_is_refused_in_words(tmp_path: Path) -> None:
    SweepStudy(tmp_path, SETTING)
    with pytest.raises(ValueError, match=r"was begun with other values of --seed; go on with"):
        SweepStudy(tmp_path, replace(SETTING, seed=4))


def test_a_file_that_is_no_study_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_text("no data base\n" * 100, encoding="utf-8")
    with pytest.raises(ValueError, match="can't be used as a study"):
        SweepStudy(tmp_path, SETTING)


def test_a_grid_holds_each_point_once_in_an_order_of_its_seed() -> None:
    size = Dimension("size", "s.py:3", "int", 1, 3)
    grid = grid_of([size, BATCH], seed=0)
    points = {(point["size"], point["batch"]) for point in grid}
    assert points == {(n, label) for n in (1, 2, 3) for label in BATCH.labels}
    assert len(grid) == 6
    assert grid == grid_of([size, BATCH], seed=0)
    assert grid != grid_of([size, BATCH], seed=1)


def test_a_grid_of_a_range_without_step_is_refused() -> None:
    with pytest.raises(ValueError, match=r"s\.py:1: lr: a grid takes a list, or a range with a st"):
        grid_of([RATE], 0)


def test_a_grid_that_is_too_large_is_refused() -> None:
    large = [Dimension(name, "s.py:1", "int", 1, 100) for name in "abc"]
    with pytest.raises(ValueError, match="1000000 points; try it with tpe or random"):
        grid_of(large, 0)


def test_the_draws_of_a_trial_are_its_own() -> None:
    drawn = [make_sampler("random", 0, number)._rng.rng.random() for number in (0, 1, 0)]
    assert drawn[0] == drawn[2] != drawn[1]
