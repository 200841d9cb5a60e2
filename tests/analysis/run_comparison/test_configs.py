"""What configs differ in, told from their values alone."""

from typing import Any

import pytest

from digitdet.analysis.run_comparison.configs import (
    differing_keys,
    flatten,
    is_equal,
    value_text,
)


def _differing(*configs: dict[str, Any]) -> list[str]:
    return differing_keys([flatten(config) for config in configs])


def test_configs_of_nothing_are_equal() -> None:
    assert _differing({}, {}) == []
    assert flatten({"a": {}, "b": []}) == {"a": {}, "b": []}


def test_a_config_is_flat_by_dotted_keys_and_lists_of_plain_values_stay_whole() -> None:
    config = {"a": {"b": 1}, "hooks": [{"type": "X"}, {"type": "Y", "at": [1, 2]}], "work_dir": "w"}
    assert flatten(config) == {
        "a.b": 1,
        "hooks.0.type": "X",
        "hooks.1.type": "Y",
        "hooks.1.at": [1, 2],
    }


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": [1, 2]}, {"a": [1.0, 2]}, []),
        ({"a": [1, 2]}, {"a": [1, True]}, ["a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a"]),
        ({"a": None}, {}, []),
        ({"a": {}}, {}, ["a"]),  # as `val_cfg`, which turns the validation on
        ({"a": []}, {"a": [{"type": "X"}]}, ["a.0.type"]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}, "d": 0}, ["a.c", "d"]),
        ({"work_dir": "a", "resume": True}, {"work_dir": "b"}, []),
        ({"load_from": "a.pth"}, {"load_from": None}, ["load_from"]),
    ],
)
def test_just_what_differs_is_found(
    first: dict[str, Any], second: dict[str, Any], keys: list[str]
) -> None:
    assert _differing(first, second) == keys
    assert _differing(first, first, second) == keys
    assert sorted(_differing(second, first)) == keys


def test_what_a_run_that_goes_on_began_with_is_not_known() -> None:
    first, second = {"load_from": "a.pth"}, {"load_from": "epoch_1.pth", "resume": True}
    assert _differing(first, second) == []
    assert is_equal(flatten(first), flatten(second))
    assert not is_equal(flatten(first), flatten({"load_from": "b.pth"}))


def test_what_is_handed_on_is_told_once_and_what_was_set_by_itself_is_told() -> None:
    first = {"data_root": "a", "train": {"data_root": "a"}, "val": {"data_root": "a"}}
    second = {"data_root": "b", "train": {"data_root": "b"}, "val": {"data_root": "c"}}
    assert _differing(first, second) == ["data_root", "val.data_root"]
    line = {"reader": {"type": "L", "x": 1}, "metrics": [{"reader": {"type": "L", "x": 1}}]}
    other = {"reader": {"type": "R"}, "metrics": [{"reader": {"type": "R"}}]}
    assert _differing(line, other) == ["reader.type", "reader.x"]


def test_the_seed_alone_makes_no_other_config() -> None:
    one, two, lr = (
        flatten({"randomness": {"seed": seed}, "lr": lr}) for seed, lr in ((0, 1), (1, 1), (0, 2))
    )
    assert is_equal(one, two)
    assert not is_equal(one, lr)
    assert differing_keys([one, two]) == ["randomness.seed"]


def test_a_value_is_written_as_in_a_config() -> None:
    assert value_text({"a": "text"}, "a") == "'text'"
    assert value_text({"a": None}, "a") == "None"
    assert value_text({}, "a") == "not set"
