"""Spaces against a config: what would fail only in a trial is told before the first."""

from pathlib import Path

import pytest
from sweeps.toys import write_space

from digitdet.sweeps.preparation import prepare
from digitdet.sweeps.space_checks import check_space

QUICKSTART = Path(__file__).parents[2] / "configs" / "experiments" / "quickstart.py"
RATE = '"optim_wrapper.optimizer.lr": dict(type="float", low=1e-4, high=1e-1),'


def test_no_space_is_no_problem() -> None:
    check_space([], QUICKSTART)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ('"optim_wrapper.optimizer.momentun": [0.1],', r"space\.py:2: .*did you mean 'momentum'"),
        ('"modle.min_size": [64],', r"space\.py:2: .*did you mean 'model'"),
        ('"model.level": ["high", 0.3],', r"space\.py:2: model\.level='high'"),
        (
            '"optim_wrapper.optimizer.lr": dict(type="float", low=-1, high=1),',
            r"space\.py:2: optim_wrapper\.optimizer\.lr=-1\.0",
        ),
        ('"param_scheduler.7.end": [3],', r"space\.py:2: .*no item of that position"),
    ],
)
def test_each_end_of_each_range_gives_a_valid_config(
    space: str, message: str, toy: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        prepare(toy, write_space(tmp_path, space))


def test_all_problems_of_a_space_are_told_at_once(toy: Path, tmp_path: Path) -> None:
    space = write_space(tmp_path, '"model.levl": [0.1],\n"model.falt": ["nan"],')
    with pytest.raises(ValueError, match=r"(?s)did you mean 'level'.*did you mean 'fault'"):
        prepare(toy, space)


def test_a_key_that_an_override_sets_is_refused(toy: Path, tmp_path: Path) -> None:
    space = write_space(tmp_path, RATE)
    with pytest.raises(ValueError, match=r"sets optim_wrapper\.optimizer as well"):
        prepare(toy, space, ["optim_wrapper.optimizer={'type': 'SGD', 'lr': 0.1}"])


@pytest.mark.parametrize(
    ("options", "how", "message"),
    [
        (["val_cfg=None", "val_dataloader=None", "val_evaluator=None"], {}, "no|none"),
        ([], {"metric": "mapp"}, "--metric mapp: the validation gives no such figure.*'map'"),
        ([], {"seed": -1}, "--seed is a number from 0"),
        ([], {"metric": "number_accuracy"}, "it gives map, digits_missing"),
    ],
)
def test_what_a_sweep_can_not_compare_is_refused(
    options: list[str], how: dict[str, object], message: str, toy: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        prepare(toy, write_space(tmp_path, RATE), options, **how)  # type: ignore[arg-type]


def test_the_metric_is_that_of_the_evaluation_hook_and_errors_are_minimised(
    toy: Path, tmp_path: Path
) -> None:
    space = write_space(tmp_path, RATE)
    assert prepare(toy, space).metric == "map"
    assert not prepare(toy, space).is_error
    assert prepare(toy, space, metric="digits_missing").is_error


def test_what_only_looks_wrong_is_a_warning_told_once(
    tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    space = write_space(tmp_path, '"train_cfg.max_epochs": [5, 6],')
    prepare(toy, space)
    assert capsys.readouterr().err.count("T_max: it is still 3") == 1
