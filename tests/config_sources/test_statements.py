"""What config files state, read without running them."""

from pathlib import Path

import pytest
from config_sources.writing import write_configs

from digitdet.config_sources.statements import read_statements

ROOT = Path(__file__).parents[2]


def _rows(file: Path) -> list[tuple[str, str, int, str]]:
    return [(s.key, s.file.name, s.line, s.text) for s in read_statements(file)]


def test_an_empty_config_states_nothing(tmp_path: Path) -> None:
    assert _rows(write_configs(tmp_path, mine="")) == []


def test_a_docstring_and_comments_state_nothing(tmp_path: Path) -> None:
    assert _rows(write_configs(tmp_path, mine='"""What it asks."""\n# a = 1\n')) == []


def test_each_value_and_each_container_stands_with_its_own_line(tmp_path: Path) -> None:
    text = (
        "a = dict(\n    b=[\n        1,\n        {'c': 'x'},\n    ],\n    d=-0.5 * 2,\n)\ne = ()\n"
    )
    assert _rows(write_configs(tmp_path, mine=text)) == [
        ("a", "mine.py", 1, text[4 : text.index("\ne")]),
        ("a.b", "mine.py", 2, "[\n        1,\n        {'c': 'x'},\n    ]"),
        ("a.b.0", "mine.py", 3, "1"),
        ("a.b.1", "mine.py", 4, "{'c': 'x'}"),
        ("a.b.1.c", "mine.py", 4, "'x'"),
        ("a.d", "mine.py", 6, "-0.5 * 2"),
        ("e", "mine.py", 8, "()"),
    ]


def test_calls_of_list_and_tuple_hold_what_they_are_given(tmp_path: Path) -> None:
    rows = _rows(write_configs(tmp_path, mine="a = tuple([1, dict(b=2)])\nc = list()"))
    assert [row[0] for row in rows] == ["a", "a.0", "a.1", "a.1.b", "c"]


def test_bases_come_first_in_their_order_and_each_below_its_own(tmp_path: Path) -> None:
    file = write_configs(
        tmp_path,
        deep="a = 1",
        first="_base_ = 'deep.py'\nb = 2",
        second="c = 3",
        mine="d = 4\n_base_ = ['first.py', 'second.py']\na = 5",
    )
    assert [(row[0], row[1]) for row in _rows(file)] == [
        ("a", "deep.py"),
        ("_base_", "first.py"),
        ("b", "first.py"),
        ("c", "second.py"),
        ("d", "mine.py"),
        ("_base_", "mine.py"),
        ("_base_.0", "mine.py"),
        ("_base_.1", "mine.py"),
        ("a", "mine.py"),
    ]


def test_delete_is_no_key_but_marks_its_dict(tmp_path: Path) -> None:
    text = "a = dict(_delete_=True, b=1)\nc = {'_delete_': False}"
    found = read_statements(write_configs(tmp_path, mine=text))
    assert [(s.key, s.deletes, s.replaces) for s in found] == [
        ("a", True, True),
        ("a.b", False, True),
        ("c", False, False),
    ]


def test_a_place_is_shown_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bases").mkdir()
    write_configs(tmp_path / "bases", base="a = 1")
    (tmp_path / "work").mkdir()
    file = write_configs(tmp_path / "work", mine="_base_ = '../bases/base.py'\nb = 1")
    monkeypatch.chdir(tmp_path / "work")
    outside, _, inside = read_statements(Path("mine.py"))
    assert (outside.place, inside.place) == ("../bases/base.py:1", "mine.py:2")
    monkeypatch.chdir(tmp_path)
    outside, _, inside = read_statements(file)
    assert (outside.place, inside.place) == ("bases/base.py:1", "work/mine.py:2")


def test_a_place_behind_a_link_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "experiments").mkdir(parents=True)
    write_configs(tmp_path / "elsewhere", base="a = 1")
    write_configs(tmp_path / "elsewhere" / "experiments", mine="_base_ = '../base.py'")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere" / "experiments")
    first, _ = read_statements(tmp_path / "linked" / "mine.py")
    assert first.place == f"{tmp_path}/elsewhere/base.py:1"
