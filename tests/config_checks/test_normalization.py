"""Normalising twice."""

from typing import Any

import pytest
from config_checks.checking import experiment

from digitdet.config_checks.normalization import check_normalization
from digitdet.config_checks.parts import find_parts

NORMALIZE = {"type": "Normalize", "mean": [0.5] * 3, "std": [0.5] * 3}


@pytest.mark.parametrize(
    ("transforms", "keys"),
    [
        ([], []),
        ([{"type": "ColorJitter"}], []),
        ([{"type": "ColorJitter"}, NORMALIZE], ["1"]),
        ([{"type": "Compose", "transforms": [NORMALIZE]}], ["0.transforms.0"]),
    ],
)
def test_a_normalisation_in_the_data_is_warned_of(
    transforms: list[dict[str, Any]], keys: list[str]
) -> None:
    config = experiment()
    config.train_dataloader.dataset.transforms = transforms
    problems = check_normalization(config, find_parts(config))
    assert [problem.key for problem in problems] == [
        f"train_dataloader.dataset.transforms.{key}" for key in keys
    ]
    assert all(p.is_warning and "model.mean and model.std" in p.message for p in problems)
