"""Where each value of a merged config was set."""

import ast
import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from config_sources.writing import write_configs
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from mmengine.config import Config

from digitdet.config_sources.origins import Origins
from digitdet.config_sources.statements import read_statements
from digitdet.overrides import check_overrides, drop_marks, merge_overrides

BASE = """\
a = dict(
    b=1,
    c=dict(d=2, e=3),
)
steps = [
    dict(type="X", p=1),
    dict(type="Y"),
]
reader = dict(
    type="LineReader",
    max_digits=5,
)
data_root = "here"
"""


@pytest.fixture(autouse=True)
def _work_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _origins(text: str, overrides: dict[str, Any] | None = None) -> Origins:
    write_configs(Path(), base=BASE, mine=f'_base_ = ["base.py"]\n{text}')
    return Origins(read_statements(Path("mine.py")), overrides or {})


def _history(origins: Origins, key: str) -> list[str]:
    return [f"{origin.place} {origin.text}" for origin in origins.history(key)]


def test_without_statements_a_key_has_the_place_of_the_config(tmp_path: Path) -> None:
    assert Origins([], {}).place("a") == "the config"
    write_configs(tmp_path, mine="_base_ = []")
    assert Origins(read_statements(Path("mine.py")), {}).place("a.b") == "mine.py"


@pytest.mark.parametrize(
    ("text", "key", "place"),
    [
        ("", "a.b", "base.py:2"),
        ("", "a.c.e", "base.py:3"),
        ("", "steps.1.type", "base.py:7"),
        # Dicts are merged: what is not stated again keeps its place.
        ("a = dict(b=9)", "a.b", "mine.py:2"),
        ("a = dict(b=9)", "a.c.d", "base.py:3"),
        ("a = dict(b=9)", "a", "mine.py:2"),
        ("a = dict(\n  c=dict(\n    d=9))", "a.c.d", "mine.py:4"),
        # Lists are replaced.
        ("steps = [dict(type='Z')]", "steps.0.type", "mine.py:2"),
        ("steps = [dict(type='Z')]", "steps.0.p", "mine.py:2"),
        ("steps = [dict(type='Z')]", "steps.1.type", "mine.py:2"),
        # So are values, and dicts with `_delete_`.
        ("a = 3", "a.c.d", "mine.py:2"),
        ("reader = dict(_delete_=True, type='R')", "reader.type", "mine.py:2"),
        ("reader = dict(_delete_=True, type='R')", "reader.max_digits", "mine.py:2"),
        ("reader = dict(\n  type='R')", "reader.type", "mine.py:3"),
        ("reader = dict(\n  type='R')", "reader.max_digits", "base.py:11"),
        ("a = dict(c=dict(\n  _delete_=True))", "a.c.d", "mine.py:2"),
        ("a = dict(c=dict(_delete_=True))", "a.b", "base.py:2"),
        # What nothing sets has the place of the nearest that is set, or of the config.
        ("", "a.x.y", "base.py:1"),
        ("", "steps.0.q", "base.py:6"),
        ("", "nothing.at.all", "mine.py"),
        # What is handed on has the place where it is set.
        ("", "a.c.data_root", "base.py:13"),
        ("", "steps.0.reader", "base.py:9"),
        ("", "steps.0.reader.max_digits", "base.py:11"),
        ("a = dict(data_root='own')", "a.data_root", "mine.py:2"),
    ],
)
def test_a_value_has_the_place_that_set_it_last(text: str, key: str, place: str) -> None:
    assert _origins(text).place(key) == place


@pytest.mark.parametrize(
    ("overrides", "key", "place"),
    [
        ({"a.b": 5}, "a.b", "--cfg-options a.b"),
        ({"a.b": 5}, "a", "base.py:1"),
        ({"a.b": 5}, "a.c.d", "base.py:3"),
        ({"a": {"b": 5}}, "a.b", "--cfg-options a"),
        ({"a": {"b": 5}}, "a.c.d", "base.py:3"),
        ({"a": 5}, "a.c.d", "--cfg-options a"),
        ({"steps.1.type": "Z"}, "steps.1.type", "--cfg-options steps.1.type"),
        ({"steps.1.type": "Z"}, "steps.0.type", "base.py:6"),
        ({"steps.0.q": 1}, "steps.0.q", "--cfg-options steps.0.q"),
        ({"steps": [{"type": "Z"}]}, "steps.0.type", "--cfg-options steps"),
        ({"steps": []}, "steps.1.type", "--cfg-options steps"),
        ({"a.new.part.x": 1}, "a.new", "--cfg-options a.new.part.x"),
        # mmengine merges overrides with each other before it merges them with the config.
        ({"reader.type": "R", "reader._delete_": True}, "reader.type", "--cfg-options reader.type"),
        (
            {"reader.type": "R", "reader._delete_": True},
            "reader.max_digits",
            "--cfg-options reader.type",
        ),
        ({"a.b": 5, "a": {"b": 6}}, "a.b", "--cfg-options a"),
        ({"a": {"b": 6}, "a.b": 5}, "a.b", "--cfg-options a.b"),
    ],
)
def test_an_override_is_the_place_of_what_it_sets(
    overrides: dict[str, Any], key: str, place: str
) -> None:
    assert _origins("", overrides).place(key) == place


def test_the_history_tells_all_that_set_a_key_oldest_first() -> None:
    origins = _origins("a = dict(b=2)\nreader = dict(_delete_=True, type='R')", {"a.b": 3})
    assert _history(origins, "a.b") == ["base.py:2 1", "mine.py:2 2", "--cfg-options a.b 3"]
    assert _history(origins, "reader.type") == ['base.py:10 "LineReader"', "mine.py:3 'R'"]
    assert _history(origins, "reader.max_digits") == ["base.py:11 5"]
    assert origins.winner("reader.max_digits") is None
    assert _history(origins, "nothing") == []


NAMES = st.sampled_from(["a", "b", "c", "type"])
LEAVES = st.integers(0, 9) | st.sampled_from(["x", "y"])
ITEMS = st.lists(LEAVES | st.dictionaries(NAMES, LEAVES, max_size=2), max_size=3)
DICTS = st.recursive(
    st.dictionaries(NAMES, LEAVES | ITEMS, max_size=3),
    lambda inner: st.fixed_dictionaries(
        {}, optional=dict.fromkeys("abc", LEAVES | ITEMS | inner) | {"_delete_": st.booleans()}
    ),
    max_leaves=5,
)
FILES = st.fixed_dictionaries({}, optional=dict.fromkeys(("m", "n"), LEAVES | ITEMS | DICTS))
OVERRIDES = st.dictionaries(
    st.lists(NAMES | st.sampled_from(["0", "1"]), min_size=1, max_size=3).map(
        lambda names: ".".join(["m", *names])
    ),
    LEAVES | ITEMS | DICTS,
    max_size=3,
)


def _text(content: dict[str, Any]) -> str:
    return "".join(f"{key} = {value!r}\n" for key, value in content.items())


def _nodes(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    yield key, value
    if isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _nodes(item, f"{key}.{name}")


def _merged(files: Sequence[dict[str, Any]], overrides: dict[str, Any]) -> dict[str, Any]:
    """Merge as mmengine does."""
    content: dict[str, Any] = {}
    for file in files:
        content = Config._merge_a_into_b(copy.deepcopy(file), content)
    config = Config(content)
    drop_marks(config._cfg_dict)
    if check_overrides(config._cfg_dict, overrides):
        reject()  # such as a position that a list does not have
    merge_overrides(config, overrides)
    return {
        key: value
        for top, content in config.to_dict().items()
        for key, value in _nodes(content, top)
    }


@settings(max_examples=200)
@given(FILES, FILES, FILES, OVERRIDES)
def test_what_is_said_to_set_a_value_states_the_value_that_mmengine_merges(
    tmp_path_factory: pytest.TempPathFactory,
    deep: dict[str, Any],
    middle: dict[str, Any],
    own: dict[str, Any],
    overrides: dict[str, Any],
) -> None:
    file = write_configs(
        tmp_path_factory.mktemp("configs"),
        deep=_text(deep),
        middle=f"_base_ = ['deep.py']\n{_text(middle)}",
        mine=f"_base_ = ['middle.py']\n{_text(own)}",
    )
    try:
        merged = _merged([deep, middle, own], overrides)
    except TypeError:
        reject()  # a dict meets a value or a list
    origins = Origins(read_statements(file), overrides)
    assert set(origins.keys()) == set(merged)
    for key, value in merged.items():
        if not isinstance(value, dict | list):
            winner = origins.winner(key)
            assert winner is not None
            assert (key, ast.literal_eval(winner.text)) == (key, value)
