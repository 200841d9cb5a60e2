"""The checks of meaning and the configs of the repository."""

from pathlib import Path

import pytest
from config_checks.checking import EXPERIMENTS, Check, check

from digitdet.config_checks.classes import check_classes
from digitdet.config_checks.geometry import check_geometry
from digitdet.config_checks.metric_names import check_metric_names
from digitdet.config_checks.parameter_groups import check_parameter_groups
from digitdet.config_checks.ranges import check_ranges
from digitdet.config_checks.schedules import check_schedules
from digitdet.config_checks.trials import check_trials

CHECKS = [
    check_classes,
    check_geometry,
    check_metric_names,
    check_parameter_groups,
    check_ranges,
    check_schedules,
    check_trials,
]


@pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.stem)
def test_no_experiment_has_a_problem_or_a_warning(file: Path) -> None:
    for function in CHECKS:
        assert not check(function, {}, file.stem)


@pytest.mark.parametrize("function", CHECKS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("config", [{}, {"model": None}, {"train_cfg": "ten", "model": [3]}])
def test_a_config_of_nothing_or_of_nonsense_is_left_to_others(
    function: Check, config: dict[str, object]
) -> None:
    from mmengine.config import Config

    from digitdet.config_checks.parts import find_parts

    config = Config(config)
    assert function(config, find_parts(config)) == []
