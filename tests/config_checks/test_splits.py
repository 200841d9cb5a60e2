"""Training and evaluation on different pictures."""

from typing import Any

import pytest
from config_checks.checking import EXPERIMENTS, check, experiment

from digitdet.config_checks.splits import check_splits
from digitdet.datasets import SyntheticDigits

FILES = {"image_dir": "train", "ann_file": "train.json"}


def of(loader: str, values: dict[str, Any]) -> dict[str, Any]:
    return {f"{loader}_dataloader.dataset.{name}": value for name, value in values.items()}


def test_no_experiment_is_evaluated_on_its_training() -> None:
    assert not any(check(check_splits, {}, file.stem) for file in EXPERIMENTS)


@pytest.mark.parametrize("loader", ["val", "test"])
def test_scenes_of_the_trainings_seed_are_a_warning(loader: str) -> None:
    problems = check(check_splits, of(loader, {"seed": 0}))
    key = f"{loader}_dataloader.dataset.seed"
    assert [(p.key, p.is_warning) for p in problems.values()] == [(key, True)]
    assert "pictures of train_dataloader.dataset" in problems[key].message
    config = experiment()
    trained, other = SyntheticDigits(3, seed=0), SyntheticDigits(2, seed=0, test_mode=True)
    assert config.train_dataloader.dataset.seed == trained.seed
    assert (trained[1][0] == other[1][0]).all()


def test_the_trainings_file_is_a_warning() -> None:
    problems = check(check_splits, of("val", FILES), "frcnn_tl3")
    assert list(problems) == ["val_dataloader.dataset.ann_file"]


def test_a_part_of_the_training_is_looked_at_as_well() -> None:
    problems = check(check_splits, of("val", FILES), "frcnn_folder_and_scenes")
    message = problems["val_dataloader.dataset.ann_file"].message
    assert "train_dataloader.dataset.datasets.0" in message


@pytest.mark.parametrize("changes", [{"indices": [3]}, {"data_root": "elsewhere"}])
def test_other_pictures_of_a_file_or_another_folder_are_taken(changes: dict[str, Any]) -> None:
    assert not check(check_splits, of("val", {**FILES, **changes}), "frcnn_tl3")
