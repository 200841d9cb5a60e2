"""Listing the settings of a search space."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.tuning.grid import list_settings


def test_an_empty_space_has_the_default_alone() -> None:
    assert list_settings({}, {}, max_settings=5) == [{}]


def test_a_small_grid_is_listed_whole_from_the_default_on() -> None:
    space = {"a": [1, 2, 3], "b": ["x", "y"]}
    listed = list_settings(space, {"a": 2, "b": "x"}, max_settings=6)
    assert [(setting["a"], setting["b"]) for setting in listed] == [
        (2, "x"),
        (1, "x"),
        (2, "y"),
        (3, "x"),
        (1, "y"),
        (3, "y"),
    ]


def test_of_equally_many_changes_the_smaller_steps_come_first() -> None:
    listed = list_settings({"a": [0, 1, 2, 3, 4]}, {"a": 3}, max_settings=9)
    assert [setting["a"] for setting in listed] == [3, 2, 4, 1, 0]


def test_changes_of_one_value_are_tried_however_few_are_allowed() -> None:
    space = {"a": [1, 2, 3], "b": [1, 2, 3]}
    listed = list_settings(space, {"a": 1, "b": 1}, max_settings=1)
    assert len(listed) == 5
    assert all(setting["a"] == 1 or setting["b"] == 1 for setting in listed)


SPACE: dict[str, list[Any]] = {name: list(range(4)) for name in "abcdefgh"}
DEFAULT = dict.fromkeys(SPACE, 1)


def test_a_large_grid_is_drawn_from_the_same_for_a_seed_and_differently_for_another() -> None:
    one, again, other = (list_settings(SPACE, DEFAULT, 100, seed) for seed in (5, 5, 6))
    assert one == again != other
    assert len(one) == 100
    assert len({tuple(setting.items()) for setting in one}) == 100
    changed = [sum(setting[name] != 1 for name in SPACE) for setting in one]
    assert max(changed) > 2  # not neighbours of the default alone


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(1, 80), st.data())
def test_no_setting_is_listed_twice_and_none_is_missing_where_all_are_allowed(
    sizes: list[int], allowed: int, data: st.DataObject
) -> None:
    space = {str(position): list(range(size)) for position, size in enumerate(sizes)}
    default = {name: data.draw(st.sampled_from(values)) for name, values in space.items()}
    listed = list_settings(space, default, allowed)
    assert listed[0] == default
    assert len({tuple(setting.items()) for setting in listed}) == len(listed)
    single = 1 + sum(size - 1 for size in sizes)
    assert len(listed) == max(min(allowed, math.prod(sizes)), single)
    changes = [sum(setting[name] != default[name] for name in space) for setting in listed]
    assert changes == sorted(changes)
    assert changes.count(1) == single - 1


def test_a_whole_grid_of_many_arguments_is_listed_in_time() -> None:
    space = {name: [0, 1] for name in "abcdefghijklmnop"}
    assert len(list_settings(space, dict.fromkeys(space, 0), 2**16)) == 2**16


@pytest.mark.parametrize("allowed", [0, -5])
def test_fewer_settings_than_one_are_refused(allowed: int) -> None:
    with pytest.raises(ValueError, match=f"max_settings has to be at least 1, got {allowed}"):
        list_settings({"a": [1, 2]}, {"a": 1}, allowed)


@pytest.mark.parametrize("allowed", [80, 81])
def test_a_grid_that_is_hardly_larger_than_allowed_is_drawn_in_time(allowed: int) -> None:
    space = {name: [0, 1, 2] for name in "abcd"}
    assert len(list_settings(space, dict.fromkeys(space, 0), allowed)) == allowed
