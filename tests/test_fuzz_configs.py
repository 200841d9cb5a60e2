"""Random configs load to what they say; random mistakes are valid, or refused by name."""

import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fuzzing.configs import EXPERIMENTS, Mutation, good_values, mutations
from hypothesis import event, given, settings
from hypothesis import strategies as st

from digitdet import config as configs
from digitdet.config_checks.problems import ConfigError
from digitdet.config_views.text import config_text

ROUND_TRIP = (st.sampled_from(EXPERIMENTS), good_values())


def _round_trip(folder: Path, experiment: Path, values: dict[str, Any]) -> None:
    """Load an experiment with overrides, write it, load what was written."""
    options = [f"{key}={value!r}" for key, value in values.items()]
    first = configs.load(experiment, options)
    for key, value in values.items():
        found: Any = first
        for part in key.split("."):
            found = found[part]
        assert found == value
    with tempfile.TemporaryDirectory(dir=folder) as name:
        file = Path(name, "written.py")
        file.write_text(config_text(first.to_dict()), encoding="utf-8")
        assert configs.load(file).to_dict() == first.to_dict()


def _judge(folder: Path, mutation: Mutation) -> None:
    """Load a config with a mistake: it is valid, or refused by name."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        file = Path(name, "mutated.py")
        file.write_text(config_text(mutation.config), encoding="utf-8")
        try:
            config = configs.load(file)
        except (ConfigError, FileNotFoundError, ImportError, ValueError) as error:
            message = str(error)
            event("refused")
        else:
            event("valid")
            assert _same(config.to_dict() | {"work_dir": 0}, mutation.config | {"work_dir": 0})
            return
    assert any(part in message for part in mutation.names), f"{mutation.what}: {message}"
    assert str(file) in message, f"{mutation.what}: {message}"
    assert "Traceback" not in message


def _same(one: Any, other: Any) -> bool:
    """Whether values are equal; other's may lack what is handed on, and NaN equals itself."""
    if isinstance(other, dict):
        return isinstance(one, dict) and all(
            key in one and _same(one[key], value) for key, value in other.items()
        )
    if isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other or (isinstance(other, float) and math.isnan(other) and math.isnan(one))


@settings(max_examples=4, deadline=None)
@given(*ROUND_TRIP)
def test_a_config_with_other_values_is_written_and_loads_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, experiment: Path, values: dict[str, Any]
) -> None:
    _round_trip(tmp_path_factory.getbasetemp(), experiment, values)


@settings(max_examples=12, deadline=None)
@given(mutations())
def test_a_mistake_anywhere_is_valid_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, mutation: Mutation
) -> None:
    _judge(tmp_path_factory.getbasetemp(), mutation)


@pytest.mark.campaign
@settings(max_examples=40, deadline=None)
@given(*ROUND_TRIP)
def test_many_configs_with_other_values_load_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, experiment: Path, values: dict[str, Any]
) -> None:
    _round_trip(tmp_path_factory.getbasetemp(), experiment, values)


@pytest.mark.campaign
@settings(max_examples=200, deadline=None)
@given(mutations())
def test_many_mistakes_anywhere_are_valid_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, mutation: Mutation
) -> None:
    _judge(tmp_path_factory.getbasetemp(), mutation)
