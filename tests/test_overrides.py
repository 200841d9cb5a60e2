"""Overrides of the command line."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmengine.config import Config

from digitdet.overrides import (
    check_overrides,
    merge_overrides,
    option_of,
    parse_overrides,
    value_of,
)

CONFIG: dict[str, Any] = {
    "model": {"mean": [0.1, 0.2], "anchors": [[32], [64]], "depth": 50, "weights": None},
    "schedules": [{"type": "A", "end": 3}, {"type": "B"}],
    "hooks": [],
}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {}),
        (["a=1"], {"a": 1}),
        (["a.b=text", "c=[1,2]"], {"a.b": "text", "c": [1, 2]}),
        (["model.weights=None"], {"model.weights": None}),
        (["a=x=y"], {"a": "x=y"}),
        (["a=1,2,3"], {"a": [1, 2, 3]}),
        (["a=(1, 2)"], {"a": [1, 2]}),
        (["a=true", "b=False", "c=none"], {"a": True, "b": False, "c": None}),
        (["a=1e-3"], {"a": 0.001}),
        (["data_root=/a/my data"], {"data_root": "/a/my data"}),
        (["data_root=/a/x,y"], {"data_root": "/a/x,y"}),
        (["a={'b': 1}"], {"a": {"b": 1}}),
    ],
)
def test_overrides_are_parsed(options: list[str], expected: dict[str, object]) -> None:
    assert parse_overrides(options) == expected


@pytest.mark.parametrize("option", ["", "model.min_size", "=3"])
def test_an_override_of_another_form_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=r"KEY=VALUE"):
        parse_overrides([option])


@pytest.mark.parametrize("option", ["model.mean=[0,0,0", "a=[x,y]", "a={"])
def test_a_broken_list_is_refused_with_its_option(option: str) -> None:
    with pytest.raises(ValueError, match="no Python literal") as caught:
        parse_overrides([option])
    assert option in str(caught.value)


@pytest.mark.parametrize("option", ["a..b=1", ".a=1", "a.=1", " .a=1"])
def test_a_key_with_an_empty_part_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=r"KEY=VALUE"):
        parse_overrides([option])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["a=1", "a=2"], "gives a twice, as 1 and 2; give one of them"),
        (["a.b=1", "c=2", "a.b=True"], "gives a.b twice, as 1 and True"),
        (["a.b.c=1", "a={'d': 2}"], "a replaces what a.b.c before it sets; give a first"),
    ],
)
def test_an_override_that_undoes_an_earlier_one_is_refused(
    options: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        parse_overrides(options)


def test_overrides_that_go_together_are_kept() -> None:
    options = ["a={'b': 1}", "a.c=2", "ab=3", "a.c=2"]
    assert parse_overrides(options) == {"a": {"b": 1}, "a.c": 2, "ab": 3}


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, CONFIG),
        ({"model.depth": 18}, {**CONFIG, "model": {**CONFIG["model"], "depth": 18}}),
        ({"new.key.below": 1}, {**CONFIG, "new": {"key": {"below": 1}}}),
        ({"hooks": [1]}, {**CONFIG, "hooks": [1]}),
        (
            {"schedules.0.end": 5, "schedules.1": {"end": 7}},
            {**CONFIG, "schedules": [{"type": "A", "end": 5}, {"type": "B", "end": 7}]},
        ),
        ({"model._delete_": True, "model.depth": 3}, {**CONFIG, "model": {"depth": 3}}),
        ({"model": {"_delete_": True, "depth": 3}}, {**CONFIG, "model": {"depth": 3}}),
        ({"new": {"_delete_": True, "depth": 3}}, {**CONFIG, "new": {"depth": 3}}),
        ({"model": 3}, {**CONFIG, "model": 3}),
    ],
)
def test_overrides_are_merged(overrides: dict[str, Any], expected: dict[str, Any]) -> None:
    config, given = Config(copy.deepcopy(CONFIG)), copy.deepcopy(overrides)
    assert check_overrides(config._cfg_dict, overrides) == []
    merge_overrides(config, overrides)
    assert config.to_dict() == expected
    assert overrides == given


@pytest.mark.parametrize(
    ("overrides", "key", "message"),
    [
        ({"model.depth.x": 1}, "model.depth.x", "model.depth is 50, which holds no keys"),
        ({"model.weights.x.y": 1}, "model.weights.x", "give it as a whole: model.weights={...}"),
        ({"model.depth": {}}, "model.depth", "model.depth is 50, which holds no keys"),
        (
            {"schedules.end": 1},
            "schedules.end",
            "or name one of its items by its position: schedules.0",
        ),
        ({"schedules": {"end": 1}}, "schedules.end", "schedules is a list"),
        ({"schedules.2.end": 1}, "schedules.2", "its last item is schedules.1"),
        ({"schedules.-1.end": 1}, "schedules.-1", "by its position"),
        ({"hooks.0.end": 1}, "hooks.0", "hooks has no item of that position: it is empty"),
        ({"hooks.end": 1}, "hooks.end", "hooks is a list; give the list as a whole: hooks=[...]"),
        ({"schedules": {"x": 1, "y": 1}}, "schedules.x", "schedules is a list"),
        ({"model.mean.0": 1}, "model.mean.0", "give the list as a whole: model.mean=[...]"),
        ({"model.mean.0.x": 1}, "model.mean.0", "model.mean.0 is 0.1, which holds no keys"),
        ({"model.anchors.1.0": 1}, "model.anchors.1.0", "model.anchors.1=[...]"),
        ({"schedules.0": {"_delete_": True, "type": "C"}}, "schedules.0", "schedules=[...]"),
        ({"a": 1, "a.b": 2}, "a.b", "another override sets a to 1, which holds no keys"),
    ],
)
def test_what_cannot_be_merged_is_told_with_the_remedy(
    overrides: dict[str, Any], key: str, message: str
) -> None:
    (problem,) = check_overrides(CONFIG, overrides)
    assert problem.key == key
    assert message in problem.message
    assert not problem.is_warning


NAMES = ["model", "mean", "anchors", "depth", "weights", "schedules", "hooks", "0", "1"]
KEYS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(".".join)
VALUES = st.sampled_from([1, None, "text", [], [1], {}, {"x": 1}, {"0": {"end": 1}}, {"end": {}}])
# Each a dict of its own: one that two overrides share would come to hold itself.
OVERRIDES = st.dictionaries(KEYS, VALUES.map(copy.deepcopy), max_size=3)


@given(overrides=OVERRIDES)
def test_what_is_refused_is_what_mmengine_cannot_merge(overrides: dict[str, Any]) -> None:
    try:
        Config(copy.deepcopy(CONFIG)).merge_from_dict(copy.deepcopy(overrides))
    except (KeyError, TypeError, AttributeError):
        assert check_overrides(CONFIG, overrides)
    else:
        assert check_overrides(CONFIG, overrides) == []


@pytest.mark.parametrize(
    ("key", "option"),
    [("a", "a"), ("a.b", "a"), ("c", "c.d"), ("c.d.e", "c.d"), ("other", "other"), ("cc", "cc")],
)
def test_the_option_that_sets_a_key_is_found(key: str, option: str) -> None:
    assert option_of(key, {"a": {"b": 1}, "c.d": 1}) == option


def test_all_that_cannot_be_merged_is_told() -> None:
    problems = check_overrides(CONFIG, {"model.depth.x": 1, "hooks.0.x": 1, "model.mean.1": 0})
    assert [problem.key for problem in problems] == ["model.depth.x", "model.mean.1", "hooks.0"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", ()),
        ("none", ()),
        ("model.depth", (50,)),
        ("model.weights", (None,)),
        ("model.depth.x", ()),
        ("schedules.0.end", (3,)),
        ("schedules.2", ()),
        ("schedules.end", ()),
    ],
)
def test_a_value_is_found_by_its_key(key: str, expected: tuple[Any, ...]) -> None:
    assert value_of(CONFIG, key) == expected
