"""The model's classes against the data sets'."""

from typing import Any

import pytest
from config_checks.checking import check, experiment

from digitdet.config_checks.classes import check_classes
from digitdet.datasets import SyntheticDigits
from digitdet.registry import DATASETS

KEY = "model.num_classes"


def test_the_digits_of_a_data_set_and_the_background_make_the_classes() -> None:
    assert len(SyntheticDigits(1).metainfo["classes"]) + 1 == experiment().model.num_classes


@pytest.mark.parametrize("name", ["quickstart", "frcnn_tl3", "frcnn_folder_and_scenes"])
@pytest.mark.parametrize("number", [2, 10, 12, 91])
def test_another_number_of_classes_is_refused(name: str, number: int) -> None:
    problems = check(check_classes, {KEY: number}, name)
    assert list(problems) == [KEY]
    assert f"write 11, not {number}" in problems[KEY].message
    assert "the background counts too" in problems[KEY].message


@pytest.mark.parametrize("number", [-1, 0, 1, None, "10"])
def test_what_is_no_number_of_classes_at_all_is_left_to_others(number: Any) -> None:
    assert not check(check_classes, {KEY: number})


def test_a_model_that_states_none_has_the_right_one() -> None:
    assert not check(check_classes, {"model": {"_delete_": True, "type": "FasterRCNN"}})


def test_a_detector_within_a_model_is_judged() -> None:
    detector = {"type": "FasterRCNN", "num_classes": 10}
    changes = {"model": {"_delete_": True, "type": "MultiScale", "detector": detector}}
    assert list(check(check_classes, changes)) == ["model.detector.num_classes"]


def test_data_sets_of_a_users_own_have_their_own_classes() -> None:
    class Letters(SyntheticDigits):
        pass

    DATASETS.register_module(name="Letters", module=Letters)
    try:
        changes = {KEY: 27, "train_dataloader.dataset.type": "Letters"}
        assert not check(check_classes, changes)
    finally:
        DATASETS.module_dict.pop("Letters")


def test_without_a_data_set_nothing_is_judged() -> None:
    loaders = dict.fromkeys(("train_dataloader", "val_dataloader", "test_dataloader"))
    assert not check(check_classes, {KEY: 27, **loaders})
